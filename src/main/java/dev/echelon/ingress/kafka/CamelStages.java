package dev.echelon.ingress.kafka;

import dev.echelon.component.LlmConstants;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import java.util.concurrent.Executor;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** Does the work by sending each record through the routes of {@code kafka.camel.yaml}. */
final class CamelStages implements Deliveries.Stages {

    static final String CHUNK_PROPERTY = "CamelLlmChunk";

    private final Route prompts;
    private final Route answers;
    private final Route deadLetters;
    private final Senders senders;
    private final boolean streaming;

    @Nullable
    private final Outbox outbox;

    /**
     * Where clients hand over what is sent to Kafka: that may block while no broker can be reached, or a topic is missing.
     * Apart, so that answers do not wait for dead letters.
     */
    record Senders(Executor answers, Executor deadLetters) {}

    /**
     * @param outbox where that goes first; {@code null} where it is sent at once
     */
    CamelStages(CamelContext context, Senders senders, boolean streaming, @Nullable Outbox outbox) throws Exception {
        this.prompts = new Route(context, "direct:llm-prompts?block=false");
        this.answers = new Route(context, "direct:llm-answers?block=false");
        this.deadLetters = new Route(context, "direct:llm-dead-letters?block=false");
        this.senders = senders;
        this.streaming = streaming;
        this.outbox = outbox;
    }

    private static final class Route {

        private final Endpoint endpoint;
        private final AsyncProducer producer;

        Route(CamelContext context, String uri) throws Exception {
            endpoint = context.getEndpoint(uri);
            producer = endpoint.createAsyncProducer();
            context.addService(producer);
        }

        Exchange exchange(Delivery delivery) {
            Exchange exchange = endpoint.createExchange();
            exchange.setProperty(Delivery.PROPERTY, delivery);
            return exchange;
        }

        void send(Exchange exchange, Deliveries.Done done) {
            producer.process(exchange, doneSync -> done.done(exchange.getException()));
        }
    }

    @Override
    public void ask(Delivery delivery, Deliveries.Done done) {
        if (streaming) {
            Parcel pieces = delivery.newParcel();
            delivery.sink(new ChunkSink(senders.answers(), delivery.tries() + 1, (chunk, sent) -> {
                Exchange exchange = answers.exchange(delivery);
                exchange.setProperty(CHUNK_PROPERTY, chunk);
                send(answers, exchange, pieces, sent);
            }));
        }
        Exchange exchange = prompts.exchange(delivery);
        exchange.getMessage().setBody(delivery.record().value());
        prompts.send(exchange, failure -> done.done(note(delivery, exchange, failure)));
    }

    private static @Nullable Exception note(Delivery delivery, Exchange exchange, @Nullable Exception failure) {
        RouteInfo route = exchange.getProperty(LlmConstants.ROUTE_PROPERTY, RouteInfo.class);
        if (route != null) {
            delivery.routed(route);
        }
        if (failure != null) {
            return failure;
        }
        Message message = exchange.getMessage();
        ChunkSink sink = delivery.sink();
        boolean streamed = sink != null && sink.begun();
        ChatResponse response = message.getBody() instanceof ChatResponse given ? given : null;
        if (response == null && !streamed) {
            return ModelFailure.of(FailureKind.INVALID_REQUEST, "the route direct:llm-prompts ended without an answer")
                    .withCode("no_answer");
        }
        delivery.answered(new Delivery.Answer(
                streamed ? null : response,
                message.getHeader(LlmConstants.PROMPT_TOKENS, Long.class),
                message.getHeader(LlmConstants.COMPLETION_TOKENS, Long.class)));
        return null;
    }

    @Override
    public void answer(Delivery delivery, Deliveries.Done done) {
        ChunkSink sink = delivery.sink();
        if (sink != null && sink.begun()) {
            sink.end(done);
            done.sent();
        } else {
            reply(senders.answers(), answers, delivery, done);
        }
    }

    @Override
    public void deadLetter(Delivery delivery, Deliveries.Done done) {
        reply(senders.deadLetters(), deadLetters, delivery, done);
    }

    private void reply(Executor executor, Route route, Delivery delivery, Deliveries.Done done) {
        Exchange exchange = route.exchange(delivery);
        Parcel parcel = delivery.newParcel();
        executor.execute(() -> {
            send(route, exchange, parcel, done);
            done.sent();
        });
    }

    private void send(Route route, Exchange exchange, Parcel parcel, Deliveries.Done done) {
        Outbox box = outbox;
        if (box == null) {
            route.send(exchange, done);
            return;
        }
        box.open(exchange, parcel);
        route.send(exchange, failure -> {
            box.close(exchange);
            done.done(failure);
        });
    }
}
