package dev.echelon.route;

import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.AnswerSize;
import dev.echelon.domain.CacheUse;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.DecisionTrace;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.Lane;
import dev.echelon.domain.Ledger;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.RareSet;
import dev.echelon.domain.RequestListener;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Step;
import dev.echelon.domain.Ticker;
import dev.echelon.domain.Usage;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way through the routes of one generation: where it stands in its walk and what it holds. Travels as
 * an exchange property. Used on the request's event loop only.
 */
public final class Call {

    private static final String PROPERTY = "CamelLlmCall";
    private static final Logger LOG = LoggerFactory.getLogger(Call.class);

    private final String id;
    private final Lane lane;
    private final ChatRequest request;
    private final Target target;
    private final long generation;
    private final Surroundings shared;
    private final StateRegistry states;
    private final Ticker ticker;
    private final CallReport report;
    private final Scheduler scheduler;
    private final Ledger ledger;
    private final Cancellation cancellation;
    private final CacheUse cache;
    private final RareSet<String> entered = new RareSet<>();

    @Nullable
    private final AnswerSink sink;

    @Nullable
    private Step pending;

    @Nullable
    private AttemptRun current;

    private boolean committed;
    private boolean settled;

    /** What all calls of a gateway share. */
    record Surroundings(StateRegistry states, Ticker ticker, RequestListener listener) {}

    Call(
            String id,
            Lane lane,
            ChatRequest request,
            Target target,
            long generation,
            Surroundings shared,
            Scheduler scheduler,
            Ledger ledger,
            Cancellation cancellation,
            @Nullable AnswerSink sink,
            CacheUse cache) {
        this.id = id;
        this.lane = lane;
        this.request = request;
        this.target = target;
        this.generation = generation;
        this.shared = shared;
        this.states = shared.states();
        this.ticker = shared.ticker();
        this.scheduler = scheduler;
        this.ledger = ledger;
        this.cancellation = cancellation;
        this.sink = sink;
        this.cache = cache;
        this.report = new CallReport(id, target.name(), generation, cache, ledger, ticker, shared.listener());
    }

    /** The call that an exchange carries. */
    public static Call of(Exchange exchange) {
        return Objects.requireNonNull(
                exchange.getProperty(PROPERTY, Call.class), "this route is entered through llm: only");
    }

    /** The call that an exchange carries; {@code null} when its request was refused at the door. */
    @Nullable
    public static Call find(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Call.class);
    }

    /** Whether its first attempt is still running, so that a second one beside it may help. */
    boolean isOnItsFirstAttempt() {
        return current != null && current.wasSent() && ledger.outcomes().isEmpty();
    }

    /** The same request, for one attempt beside the running one, on another model. */
    Call hedge(Cancellation own) {
        ModelKey running = run().instance().key();
        Call hedge = new Call(
                id, lane, request, target, generation, shared, scheduler, ledger.forHedge(running), own, null, cache);
        hedge.entered.addAll(entered);
        return hedge;
    }

    /** The model that is being asked. */
    @Nullable
    ModelKey runningModel() {
        return current == null ? null : current.instance().key();
    }

    /** A hedge asks this model. */
    void exclude(@Nullable ModelKey key) {
        if (key != null) {
            ledger.exclude(key);
        }
    }

    /** It could not: limits were in its way. */
    void include(@Nullable ModelKey key) {
        if (key != null) {
            ledger.include(key);
        }
    }

    /** The other call's attempts were made for the same request. */
    void absorb(Call other) {
        report.absorb(other.report);
    }

    /** Attempts that reached an upstream. */
    int attempts() {
        return report.attempts();
    }

    long tookNanos() {
        return report.sinceStart();
    }

    void attachTo(Exchange exchange) {
        exchange.setProperty(PROPERTY, this);
    }

    /** What the walk says is next; the same until something has been done about it. */
    Step step() {
        Step step = pending;
        if (cancellation.isCancelled()) {
            step = new Step.GiveUp(ModelFailure.of(FailureKind.CANCELLED, "the caller went away"));
        } else if (step == null) {
            step = target.walk().next(target.plan(), ledger, states.seenBy(lane), ticker.nanos(), report::passedOver);
        }
        pending = step;
        return step;
    }

    /** A child of a balancer is done: an instance with its attempt, another level with as much as it could do. */
    void back(String node, Step step, Exchange exchange) {
        if (Nodes.isInstance(node)) {
            end(exchange);
            return;
        }
        if (!settled) {
            if (pending == step) {
                refuse(node, ModelFailure.of(FailureKind.UNAVAILABLE, node + " did not take the request"));
            }
            exchange.setException(null);
        }
    }

    /** The pending attempt is begun; {@link #end} follows when its instance's route is done. */
    void begin(Step.Attempt attempt) {
        pending = null;
        InstanceState state = states.of(attempt.candidate().instance());
        current = new AttemptRun(attempt, state, ticker.nanos());
        state.begin(attempt.budgeted());
    }

    /** The attempt has passed limits and breaker: the upstream is being called. */
    void sent() {
        run().sent();
        ledger.begin(current());
    }

    /** The attempt's route is done: gives back what it held and writes the outcome down. */
    private void end(Exchange exchange) {
        AttemptRun run = run();
        Step.Attempt attempt = run.step();
        ModelKey key = run.instance().key();
        current = null;
        run.giveBack();
        run.state().end(attempt.budgeted());
        Exception thrown = exchange.getException();
        if (thrown == null) {
            states.coolDowns().succeeded(key);
            // a forced probe, or its second try: nobody else asks an unhealthy model
            if (attempt.entry() == Step.Entry.PROBE || attempt.entry() == Step.Entry.RECONNECT) {
                states.healths().answeredForced(key, ticker.nanos());
            }
            report.attempted(run, null);
            settled = true;
            return;
        }
        ModelFailure failure = run.failure(thrown);
        report.attempted(run, failure);
        if (!run.wasSent()) {
            ledger.passOver(attempt);
        } else {
            long now = ticker.nanos();
            ledger.fail(attempt, failure, run.wasStale(), now);
            if (states.coolDowns().failed(key, failure, now)) {
                LOG.warn(
                        "{} is in quarantine after {}: {}",
                        key.model(),
                        failure.kind().word(),
                        failure.message());
            }
        }
        if (committed || failure.kind() == FailureKind.CANCELLED) {
            settle(exchange, failure);
        } else {
            exchange.setException(null);
        }
    }

    /** The request is over without an answer. */
    void settle(Exchange exchange, Exception failure) {
        settled = true;
        exchange.setException(failure);
    }

    boolean settled() {
        return settled;
    }

    /** A route on the way, such as a pool at its rate limit, does not take the request. */
    void refuse(String node, ModelFailure failure) {
        pending = null;
        ledger.refuse(node, failure);
        report.refused(node, failure);
    }

    /** Whether the request comes to a route for the first time; a return may lead through it again. */
    boolean entersFirst(String node) {
        return entered.add(node);
    }

    /** Runs the task after the time, or as soon as the caller is gone. */
    void later(long nanos, Runnable task) {
        AtomicBoolean first = new AtomicBoolean();
        Runnable once = () -> {
            if (first.compareAndSet(false, true)) {
                task.run();
            }
        };
        Scheduler.Timer timer = scheduler.schedule(nanos, once);
        Cancellation.Registration registration = cancellation.onCancel(() -> {
            timer.cancel();
            scheduler.schedule(0, once);
        });
        if (first.get()) {
            registration.remove();
        }
    }

    /** The wait of the pending step is over: a return may go, everything else is to be looked at again. */
    void waited() {
        if (pending instanceof Step.Attempt attempt) {
            pending = attempt.delayed();
        } else {
            pending = null;
            ledger.waited();
        }
    }

    /** The first content of a streamed answer is here: there is no going back to another instance. */
    void commit() {
        committed = true;
        report.committed();
        if (sink != null) {
            sink.begin(info());
        }
    }

    boolean committed() {
        return committed;
    }

    /** Who is answering, or answered last. */
    public RouteInfo info() {
        return report.info(current);
    }

    /** The whole request is over. */
    RequestListener.Ended ended(@Nullable Exception thrown) {
        return report.ended(request.stream(), thrown);
    }

    /** The attempt that is under way. */
    AttemptRun run() {
        return Objects.requireNonNull(current, "no attempt is running");
    }

    Step.Attempt current() {
        return run().step();
    }

    Lane lane() {
        return lane;
    }

    ChatRequest request() {
        return request;
    }

    public Target target() {
        return target;
    }

    public DecisionTrace trace() {
        return report.trace();
    }

    Scheduler scheduler() {
        return scheduler;
    }

    Ticker ticker() {
        return ticker;
    }

    Cancellation cancellation() {
        return cancellation;
    }

    @Nullable
    AnswerSink sink() {
        return sink;
    }

    /** Tokens of the answer, once it is complete and as far as the provider told. */
    @Nullable
    public Usage usage() {
        return report.usage();
    }

    void answered(AnswerSize size, @Nullable Usage tokens) {
        report.answered(size, tokens);
    }
}
