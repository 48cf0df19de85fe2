package dev.echelon.component;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.Lane;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Usage;
import dev.echelon.domain.json.ParsedRequest;
import dev.echelon.domain.json.ResponseJson;
import dev.echelon.route.Ask;
import dev.echelon.route.Call;
import dev.echelon.route.Gateway;
import dev.echelon.store.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultAsyncProducer;
import org.jspecify.annotations.Nullable;

/** Turns a message into a request, asks the gateway, and puts the answer into the message. Never blocks. */
final class LlmProducer extends DefaultAsyncProducer {

    private final LlmEndpoint endpoint;

    LlmProducer(LlmEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Gateway gateway = endpoint.getComponent().gateway();
        Ask ask;
        Sharing sharing;
        try {
            ask = ask(exchange);
            sharing = Sharing.of(gateway, ask, exchange.getMessage());
        } catch (ModelFailure failure) {
            exchange.setException(failure);
            callback.done(true);
            return true;
        }
        if (sharing == null) {
            return gateway.process(exchange, ask, doneSync -> {
                Call call = Call.find(exchange);
                if (call != null) {
                    answer(exchange, call.info(), call.usage());
                }
                callback.done(doneSync);
            });
        }
        Outcome kept = sharing.atOnce();
        if (kept != null) {
            answer(exchange, kept);
            callback.done(true);
            return true;
        }
        return gateway.onEventLoop(exchange, callback, (scheduler, back) -> {
            sharing.ask(exchange, scheduler, outcome -> {
                answer(exchange, outcome);
                back.done(false);
            });
            return false;
        });
    }

    private Ask ask(Exchange exchange) throws ModelFailure {
        Message message = exchange.getMessage();
        ParsedRequest parsed =
                Prompts.read(message.getBody(), exchange.getContext().getTypeConverter());
        Cancellation cancellation = exchange.getProperty(LlmConstants.CANCELLATION_PROPERTY, Cancellation.class);
        Long timeout = message.getHeader(LlmConstants.TIMEOUT_MS, Long.class);
        String id = message.getHeader(LlmConstants.REQUEST_ID, String.class);
        return new Ask(
                parsed.request(),
                target(message, parsed),
                exchange.getProperty(LlmConstants.SINK_PROPERTY, AnswerSink.class),
                cancellation == null ? new Cancellation() : cancellation,
                timeout == null ? null : Duration.ofMillis(timeout),
                id == null ? exchange.getExchangeId() : id,
                lane(message),
                session(message, parsed.request()));
    }

    /** The endpoint's own target; where that is {@code request}: header, else metadata, else the model field. */
    private String target(Message message, ParsedRequest parsed) throws ModelFailure {
        if (!endpoint.getTarget().equals(LlmConstants.REQUEST_TARGET)) {
            return endpoint.getTarget();
        }
        String header = message.getHeader(LlmConstants.TARGET, String.class);
        if (header != null && !header.isEmpty()) {
            return header;
        }
        String metadata = parsed.metadataTarget();
        if (metadata != null) {
            return metadata;
        }
        ChatRequest request = parsed.request();
        if (request.model() == null || request.model().isEmpty()) {
            throw ModelFailure.of(FailureKind.INVALID_REQUEST, "the request names no model")
                    .withParam("model");
        }
        return request.model();
    }

    private static Lane lane(Message message) throws ModelFailure {
        String word = message.getHeader(LlmConstants.PRIORITY, String.class);
        Lane lane = word == null ? Lane.INTERACTIVE : Lane.of(word);
        if (lane == null) {
            throw ModelFailure.of(FailureKind.INVALID_REQUEST, "the priority must be interactive or batch")
                    .withParam("x-llm-priority");
        }
        return lane;
    }

    @Nullable
    private static String session(Message message, ChatRequest request) {
        String header = message.getHeader(LlmConstants.SESSION, String.class);
        JsonNode field = request.extras().get("prompt_cache_key");
        return header != null || field == null || !field.isTextual() ? header : field.textValue();
    }

    private void answer(Exchange exchange, Outcome outcome) {
        if (outcome.failure() == null) {
            exchange.getMessage().setBody(outcome.response());
        } else {
            exchange.setException(outcome.failure());
        }
        answer(exchange, outcome.route(), outcome.usage());
    }

    private void answer(Exchange exchange, @Nullable RouteInfo info, @Nullable Usage usage) {
        Message message = exchange.getMessage();
        if (info != null) {
            exchange.setProperty(LlmConstants.ROUTE_PROPERTY, info);
            message.setHeader(LlmConstants.TARGET, info.target());
            message.setHeader(LlmConstants.INSTANCE, info.instance());
            message.setHeader(LlmConstants.ECHELON, info.echelon());
            message.setHeader(LlmConstants.ATTEMPTS, info.attempts());
            message.setHeader(LlmConstants.CACHE, info.cache().word());
            if (info.cache().answered()) {
                message.setHeader(LlmConstants.CACHE_AGE, info.cache().age().toSeconds());
            }
            if (info.replayed()) {
                message.setHeader(LlmConstants.IDEMPOTENT_REPLAY, true);
            }
        }
        usage(message, usage);
        if (exchange.getException() == null && message.getBody() instanceof ChatResponse response) {
            message.setBody(
                    switch (endpoint.getResponseType()) {
                        case TEXT -> response.text();
                        case JSON -> new String(ResponseJson.write(response), StandardCharsets.UTF_8);
                        case OBJECT -> response;
                    });
        }
    }

    private static void usage(Message message, @Nullable Usage usage) {
        if (usage != null) {
            message.setHeader(LlmConstants.PROMPT_TOKENS, usage.promptTokens());
            message.setHeader(LlmConstants.COMPLETION_TOKENS, usage.completionTokens());
        }
    }
}
