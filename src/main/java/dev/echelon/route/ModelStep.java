package dev.echelon.route;

import dev.echelon.config.RequestDefaults;
import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.AnswerSize;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.Instance;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Step;
import dev.echelon.domain.Usage;
import dev.echelon.model.CallListener;
import dev.echelon.model.CallTimeouts;
import dev.echelon.model.Destination;
import dev.echelon.model.ModelCall;
import dev.echelon.model.ModelClient;
import java.util.function.Function;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.jspecify.annotations.Nullable;

/**
 * The last step of an instance's route: the model call. A plain answer becomes the message's body; a streamed one goes to
 * the call's sink, and the exchange is done when the stream is.
 */
final class ModelStep extends AsyncProcessorSupport {

    private final ModelClient client;
    private final Function<Instance, Destination> destinations;

    /** @param destinations how an instance is reached */
    ModelStep(ModelClient client, Function<Instance, Destination> destinations) {
        this.client = client;
        this.destinations = destinations;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Call call = Call.of(exchange);
        Step.Attempt attempt = call.current();
        Instance instance = attempt.candidate().instance();
        RequestDefaults rules = call.target().rules();
        call.sent();
        Running running = new Running(exchange, call, callback);
        try {
            running.start(client.call(
                    destinations.apply(instance),
                    instance.key().model().model(),
                    withDefaults(call.request(), instance),
                    new CallTimeouts(attempt.timeoutNanos(), rules.streamIdleTimeout(), rules.streamTotalTimeout()),
                    call.scheduler(),
                    running));
            return false;
        } catch (RuntimeException unexpected) {
            // a request that could not even be written; the breaker around must hear of the end all the same
            exchange.setException(unexpected);
            callback.done(true);
            return true;
        }
    }

    /** The echelon's values are defaults for the caller's; {@code max_tokens} is also a ceiling. */
    static ChatRequest withDefaults(ChatRequest request, Instance instance) {
        Double temperature = request.temperature() == null ? instance.temperature() : request.temperature();
        Integer ceiling = instance.maxTokens();
        Integer wanted = request.maxTokens();
        Integer maxTokens =
                wanted == null ? ceiling : ceiling == null ? wanted : Integer.valueOf(Math.min(wanted, ceiling));
        return request.withSampling(temperature, request.topP(), maxTokens);
    }

    /** A model call under way. */
    private static final class Running implements CallListener {

        private final Exchange exchange;
        private final Call call;
        private final AsyncCallback callback;
        private final AnswerSize.Tally tally = new AnswerSize.Tally();

        @Nullable
        private ModelCall model;

        private Cancellation.Registration registration = () -> {};

        Running(Exchange exchange, Call call, AsyncCallback callback) {
            this.exchange = exchange;
            this.call = call;
            this.callback = callback;
        }

        void start(ModelCall running) {
            model = running;
            registration = call.cancellation().onCancel(() -> call.scheduler().execute(running::cancel));
        }

        @Override
        public boolean chunk(ChatChunk chunk) {
            AnswerSink sink = call.sink();
            if (sink == null) {
                return true;
            }
            if (!call.committed()) {
                call.commit();
            }
            tally.add(chunk);
            boolean room = sink.chunk(chunk);
            if (!room && model != null) {
                ModelCall running = model;
                // from any thread, and not at once: the call has yet to pause
                sink.onDrain(() -> call.scheduler().schedule(0, running::resume));
            }
            return room;
        }

        @Override
        public void answered(ChatResponse response) {
            call.answered(AnswerSize.of(response), response.usage());
            exchange.getMessage().setBody(response);
            done();
        }

        @Override
        public void streamed(@Nullable Usage usage) {
            call.answered(tally.size(), usage);
            exchange.getMessage().setBody(null);
            done();
        }

        @Override
        public void failed(ModelFailure failure, boolean stale) {
            call.run().stale(stale);
            exchange.setException(failure);
            done();
        }

        private void done() {
            registration.remove();
            callback.done(false);
        }
    }
}
