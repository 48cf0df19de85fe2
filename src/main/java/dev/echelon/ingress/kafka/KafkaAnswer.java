package dev.echelon.ingress.kafka;

import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.json.ResponseJson;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.kafka.KafkaConstants;
import org.jspecify.annotations.Nullable;

/** The last step before an answer is sent: value, key and headers of its record. */
public final class KafkaAnswer implements Processor {

    /** Of a header of ours: who names a model by a megabyte does not get it back. */
    private static final int MOST_TEXT = 2_000;

    private final boolean simulated;

    /** @param simulated whether answers are made up, and must say so */
    KafkaAnswer(boolean simulated) {
        this.simulated = simulated;
    }

    @Override
    public void process(Exchange exchange) {
        Delivery delivery = Delivery.of(exchange);
        Prompt prompt = Objects.requireNonNull(delivery.prompt(), "answered without a prompt");
        ChunkSink.Chunk chunk = exchange.getProperty(CamelStages.CHUNK_PROPERTY, ChunkSink.Chunk.class);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        address(message, delivery, prompt, chunk);
        who(message, delivery.route());
        put(message, DeadLetterHeaders.REQUEST_ID, prompt.id());
        if (simulated) {
            message.setHeader("x-llm-simulated", "true");
        }
        if (chunk == null) {
            whole(message, Objects.requireNonNull(delivery.answer(), "sent without an answer"), prompt.reply());
        } else {
            piece(message, chunk, delivery.answer());
        }
        Outbox.label(exchange);
    }

    private static void address(Message message, Delivery delivery, Prompt prompt, ChunkSink.@Nullable Chunk chunk) {
        Prompt.Reply reply = prompt.reply();
        byte[] key = delivery.record().key();
        if (key != null) {
            message.setHeader(KafkaConstants.KEY, key);
        } else if (chunk != null) {
            // all pieces into one partition
            message.setHeader(KafkaConstants.KEY, prompt.id().getBytes(StandardCharsets.UTF_8));
        }
        if (reply.topic() != null) {
            message.setHeader(KafkaConstants.OVERRIDE_TOPIC, reply.topic());
        }
        if (reply.partition() != null) {
            message.setHeader(KafkaConstants.PARTITION_KEY, reply.partition());
        }
        if (reply.correlation() != null) {
            message.setHeader(PromptReader.CORRELATION, reply.correlation());
        }
        if (reply.traceparent() != null) {
            message.setHeader(PromptReader.TRACE, reply.traceparent());
        }
    }

    private static void whole(Message message, Delivery.Answer answer, Prompt.Reply reply) {
        ChatResponse response = Objects.requireNonNull(answer.response(), "a whole answer");
        message.setBody(ResponseJson.write(response));
        message.setHeader("content-type", "application/json");
        usage(message, answer);
        if (reply.event() != null) {
            message.setHeader("ce_specversion", "1.0");
            message.setHeader("ce_id", UUID.randomUUID().toString());
            message.setHeader("ce_source", "/echelon");
            message.setHeader("ce_type", "dev.echelon.answer");
            message.setHeader("ce_correlationid", reply.event());
        }
    }

    private static void piece(Message message, ChunkSink.Chunk chunk, Delivery.@Nullable Answer answer) {
        message.setBody(chunk.value());
        message.setHeader("x-llm-try", Integer.toString(chunk.attempt()));
        message.setHeader("x-llm-sequence", Integer.toString(chunk.sequence()));
        if (chunk.last()) {
            message.setHeader("x-llm-end", "true");
            if (answer != null) {
                usage(message, answer);
            }
        } else {
            message.setHeader("content-type", "application/json");
        }
    }

    private static void usage(Message message, Delivery.Answer answer) {
        if (answer.promptTokens() != null) {
            message.setHeader("x-llm-prompt-tokens", Long.toString(answer.promptTokens()));
        }
        if (answer.completionTokens() != null) {
            message.setHeader("x-llm-completion-tokens", Long.toString(answer.completionTokens()));
        }
    }

    /** Who answered, or was asked last. */
    static void who(Message message, @Nullable RouteInfo route) {
        if (route != null) {
            put(message, "x-llm-target", route.target());
            put(message, "x-llm-instance", route.instance());
            put(message, "x-llm-echelon", route.echelon());
            put(message, "x-llm-attempts", Integer.toString(route.attempts()));
            put(message, "x-llm-cache", route.cache().word());
            put(message, "x-llm-generation", String.format(Locale.ROOT, "%d", route.generation()));
        }
    }

    static void put(Message message, String name, String value) {
        if (!value.isEmpty()) {
            message.setHeader(name, value.substring(0, Math.min(value.length(), MOST_TEXT)));
        }
    }
}
