package dev.echelon.ingress.kafka;

import dev.echelon.component.LlmConstants;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** The first step of a prompt from Kafka: a record to a request. */
public final class KafkaPrompt implements Processor {

    /** So that keys and answers from Kafka never meet those of HTTP callers. */
    private static final String TENANT = "kafka";

    private final PromptReader reader;
    private final KafkaSettings settings;
    private final Clock clock;
    private final ReplyPartitions replyPartitions;
    private final String answers;

    /** @param answers topic of answers to prompts that name none */
    KafkaPrompt(KafkaSettings settings, Clock clock, ReplyPartitions replyPartitions, String answers) {
        this.reader = new PromptReader(settings);
        this.settings = settings;
        this.clock = clock;
        this.replyPartitions = replyPartitions;
        this.answers = answers;
    }

    @Override
    public void process(Exchange exchange) throws ModelFailure {
        Delivery delivery = Delivery.of(exchange);
        Prompt prompt = delivery.prompt();
        if (prompt == null) {
            prompt = reader.read(delivery.record());
            delivery.prompt(prompt);
        }
        requirePlaceFor(prompt.reply());
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(LlmConstants.REQUEST_ID, prompt.id());
        message.setHeader(LlmConstants.PRIORITY, prompt.lane().word());
        if (prompt.target() != null) {
            message.setHeader(LlmConstants.TARGET, prompt.target());
        }
        if (prompt.timeoutMillis() != null) {
            message.setHeader(LlmConstants.TIMEOUT_MS, left(delivery, prompt.timeoutMillis()));
        }
        message.setHeader(LlmConstants.TENANT, TENANT);
        if (prompt.idempotencyKey() != null) {
            message.setHeader(LlmConstants.IDEMPOTENCY_KEY, prompt.idempotencyKey());
        }
        if (prompt.cacheControl() != null) {
            message.setHeader(LlmConstants.CACHE_CONTROL, prompt.cacheControl());
        }
        ChunkSink sink = delivery.sink();
        if (sink != null && settings.streaming() && prompt.request().request().stream()) {
            exchange.setProperty(LlmConstants.SINK_PROPERTY, sink);
        }
        message.setBody(prompt.request());
    }

    private void requirePlaceFor(Prompt.Reply reply) throws ModelFailure {
        String topic = reply.topic() == null ? answers : reply.topic();
        if (reply.partition() != null && replyPartitions.lacks(topic, reply.partition())) {
            throw RecordText.invalid(PromptReader.REPLY_PARTITION, "name a partition that " + topic + " has");
        }
    }

    private long left(Delivery delivery, long timeoutMillis) throws ModelFailure {
        long left = delivery.record().timestamp() + timeoutMillis - clock.millis();
        if (left <= 0) {
            throw ModelFailure.of(FailureKind.TIMEOUT, "the prompt came to its turn after its own time limit")
                    .withCode(RetryRules.DEADLINE);
        }
        return left;
    }
}
