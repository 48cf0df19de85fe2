package dev.echelon.component;

import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.Scheduler;
import dev.echelon.route.Ask;
import dev.echelon.route.Call;
import dev.echelon.route.Gateway;
import dev.echelon.store.Outcome;
import java.util.function.Consumer;
import org.apache.camel.Exchange;

/** A way to an answer: the routes of a gateway, or something in front of them. Used on the request's event loop. */
@FunctionalInterface
interface Way {

    /**
     * @param done hears how it ended, once, when nobody uses the exchange any more; a plain answer is in the outcome, a
     *     streamed one has gone to the sink
     */
    void ask(Exchange exchange, Ask ask, Scheduler scheduler, Consumer<Outcome> done);

    /** Through the routes. */
    static Way through(Gateway gateway) {
        return (exchange, ask, scheduler, done) ->
                gateway.process(exchange, ask, doneSync -> done.accept(outcome(exchange)));
    }

    private static Outcome outcome(Exchange exchange) {
        Exception failure = exchange.getException();
        Object body = exchange.getMessage().getBody();
        Call call = Call.find(exchange);
        return new Outcome(
                failure == null && body instanceof ChatResponse response ? response : null,
                failure,
                call == null ? null : call.info(),
                call == null ? null : call.usage(),
                false);
    }
}
