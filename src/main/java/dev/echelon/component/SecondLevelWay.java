package dev.echelon.component;

import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.Scheduler;
import dev.echelon.route.Ask;
import dev.echelon.route.Gateway;
import dev.echelon.route.Target;
import dev.echelon.store.CacheQuery;
import dev.echelon.store.Outcome;
import dev.echelon.store.SecondLevel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the second level of the response cache, where there is one, before a model; for a short while only. */
final class SecondLevelWay implements Way {

    private static final Logger LOG = LoggerFactory.getLogger(SecondLevelWay.class);
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final Gateway gateway;
    private final Target target;
    private final CacheQuery query;
    private final Way models;

    SecondLevelWay(Gateway gateway, Target target, CacheQuery query, Way models) {
        this.gateway = gateway;
        this.target = target;
        this.query = query;
        this.models = models;
    }

    @Override
    public void ask(Exchange exchange, Ask ask, Scheduler scheduler, Consumer<Outcome> done) {
        if (query.wantsNew() || !gateway.responses().hasSecondLevel()) {
            models.ask(exchange, ask, scheduler, done);
            return;
        }
        Search search = new Search(exchange, ask, scheduler, done);
        search.timer = scheduler.schedule(PATIENCE.toNanos(), () -> search.found(Optional.empty()));
        CompletionStage<Optional<SecondLevel.Found>> answer;
        try {
            answer = gateway.responses().findBehind(query);
        } catch (RuntimeException broken) {
            LOG.debug("the second level of the response cache failed", broken);
            search.found(Optional.empty());
            return;
        }
        answer.whenComplete((found, failure) -> {
            if (failure != null) {
                LOG.debug("the second level of the response cache failed", failure);
            }
            scheduler.execute(() -> search.found(failure == null && found != null ? found : Optional.empty()));
        });
    }

    /** One question to it. Used on the request's event loop. */
    private final class Search {

        private final Exchange exchange;
        private final Ask ask;
        private final Scheduler scheduler;
        private final Consumer<Outcome> done;
        private final long start = gateway.ticker().nanos();
        private Scheduler.Timer timer = Scheduler.Timer.NONE;
        private boolean over;

        Search(Exchange exchange, Ask ask, Scheduler scheduler, Consumer<Outcome> done) {
            this.exchange = exchange;
            this.ask = ask;
            this.scheduler = scheduler;
            this.done = done;
        }

        void found(Optional<SecondLevel.Found> found) {
            if (over) {
                return;
            }
            over = true;
            timer.cancel();
            if (found.isEmpty()) {
                Duration left = target.deadline(ask.timeout())
                        .minusNanos(gateway.ticker().nanos() - start);
                models.ask(exchange, ask.shared(ask.sink(), ask.cancellation(), left), scheduler, done);
                return;
            }
            Outcome outcome = outcome(found.get());
            Unrouted.ended(gateway, ask, target, outcome, false, start);
            done.accept(outcome);
        }

        private Outcome outcome(SecondLevel.Found found) {
            AnswerSink sink = ask.streamSink();
            Outcome outcome = found.answer().outcome(found.age(), sink != null);
            if (sink != null && outcome.route() != null) {
                sink.begin(outcome.route());
                for (ChatChunk event : found.answer().events()) {
                    // recorded, and read from there at the reader's pace
                    sink.chunk(event);
                }
            }
            return outcome;
        }
    }
}
