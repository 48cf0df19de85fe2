package dev.echelon.ingress.files;

import dev.echelon.component.LlmConstants;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.Lane;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.ParsedRequest;
import java.util.function.Consumer;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the requests of batches to an endpoint whose answer is a {@code ChatResponse}. */
public final class Prompts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Prompts.class);

    private final Endpoint endpoint;
    private final AsyncProducer producer;

    @Nullable
    private final String target;

    private final String hint;

    private Prompts(Endpoint endpoint, AsyncProducer producer, @Nullable String target, String hint) {
        this.endpoint = endpoint;
        this.producer = producer;
        this.target = target;
        this.hint = hint;
    }

    /**
     * @param endpoint such as {@code llm:request?responseType=object}; its context has been started
     * @param target for all requests; {@code null} leaves it to each
     * @param hint added to what is said of a request that names no model
     */
    public static Prompts to(Endpoint endpoint, @Nullable String target, String hint) throws Exception {
        AsyncProducer producer = endpoint.createAsyncProducer();
        ServiceHelper.startService(producer);
        return new Prompts(endpoint, producer, target, hint);
    }

    /** @param id of the request in logs and traces */
    record Outcome(
            String id,
            @Nullable ChatResponse response,
            @Nullable ModelFailure failure) {}

    /** @param done called once, on any thread */
    void send(ParsedRequest request, Consumer<Outcome> done) {
        Exchange exchange = new DefaultExchange(endpoint.getCamelContext());
        exchange.getMessage().setBody(request);
        exchange.getMessage().setHeader(LlmConstants.PRIORITY, Lane.BATCH.word());
        if (target != null) {
            exchange.getMessage().setHeader(LlmConstants.TARGET, target);
        }
        String id = exchange.getExchangeId();
        producer.process(exchange, doneSync -> done.accept(outcome(id, request, exchange)));
    }

    private Outcome outcome(String id, ParsedRequest request, Exchange exchange) {
        Exception failure = exchange.getException();
        if (failure instanceof ModelFailure told) {
            return new Outcome(id, null, isUnnamed(request, told) ? told.withMessage(told.message() + hint) : told);
        }
        if (failure == null && exchange.getMessage().getBody() instanceof ChatResponse response) {
            return new Outcome(id, response, null);
        }
        LOG.warn("the route of batch request {} broke off", id, failure);
        return new Outcome(
                id,
                null,
                ModelFailure.of(FailureKind.SERVER_ERROR, "the request broke off")
                        .withCode("broken_route"));
    }

    private static boolean isUnnamed(ParsedRequest request, ModelFailure failure) {
        String model = request.request().model();
        return (model == null || model.isEmpty()) && "model".equals(failure.param());
    }

    @Override
    public void close() {
        ServiceHelper.stopAndShutdownService(producer);
    }
}
