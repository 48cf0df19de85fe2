package dev.echelon.route;

import dev.echelon.domain.AnswerSink;
import dev.echelon.domain.AnswerSize;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.DecisionTrace;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.Instance;
import dev.echelon.domain.Ledger;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.Plan;
import dev.echelon.domain.RequestListener;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Step;
import dev.echelon.domain.Ticker;
import dev.echelon.domain.Usage;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
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
    private static final int MOST_CONSIDERED = 64;
    private static final Logger LOG = LoggerFactory.getLogger(Call.class);

    private final String id;
    private final ChatRequest request;
    private final Target target;
    private final long generation;
    private final StateRegistry states;
    private final Ticker ticker;
    private final RequestListener listener;
    private final Scheduler scheduler;
    private final Ledger ledger;
    private final Cancellation cancellation;
    private final DecisionTrace trace = new DecisionTrace();
    private final Set<String> entered = new HashSet<>();
    private final Set<String> considered = new HashSet<>();

    @Nullable
    private final AnswerSink sink;

    @Nullable
    private Step pending;

    private Step.@Nullable Attempt current;

    @Nullable
    private Runnable lease;

    @Nullable
    private Instance lastAsked;

    @Nullable
    private Usage usage;

    @Nullable
    private AnswerSize answer;

    private long attemptStart;
    private long committedAt;
    private boolean sent;
    private boolean stale;
    private boolean committed;
    private boolean settled;
    private int othersAttempts;

    /** What all calls of a gateway share. */
    record Surroundings(StateRegistry states, Ticker ticker, RequestListener listener) {}

    Call(
            String id,
            ChatRequest request,
            Target target,
            long generation,
            Surroundings shared,
            Scheduler scheduler,
            Ledger ledger,
            Cancellation cancellation,
            @Nullable AnswerSink sink) {
        this.id = id;
        this.request = request;
        this.target = target;
        this.generation = generation;
        this.states = shared.states();
        this.ticker = shared.ticker();
        this.listener = shared.listener();
        this.scheduler = scheduler;
        this.ledger = ledger;
        this.cancellation = cancellation;
        this.sink = sink;
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
        return current != null && sent && ledger.outcomes().isEmpty();
    }

    /** The same request, for one attempt beside the running one, on another model. */
    Call hedge(Cancellation own) {
        ModelKey running = current().candidate().instance().key();
        Surroundings shared = new Surroundings(states, ticker, listener);
        Call hedge = new Call(id, request, target, generation, shared, scheduler, ledger.forHedge(running), own, null);
        hedge.entered.addAll(entered);
        return hedge;
    }

    /** The model that is being asked. */
    @Nullable
    ModelKey runningModel() {
        return current == null ? null : current.candidate().instance().key();
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
        othersAttempts += other.attempts();
        trace.add(other.trace);
    }

    /** Attempts that reached an upstream. */
    int attempts() {
        return ledger.attempts() + othersAttempts;
    }

    long tookNanos() {
        return sinceStart();
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
            step = target.walk().next(target.plan(), ledger, states, ticker.nanos(), this::passedOver);
        }
        pending = step;
        return step;
    }

    /** Noted once for each reason, however often the walk looks. */
    private void passedOver(Plan.Candidate candidate, String why, long waitNanos) {
        String instance = candidate.instance().id();
        if (considered.size() < MOST_CONSIDERED && considered.add(instance + '=' + why)) {
            trace.add(new DecisionTrace.Entry(instance, why, null, sinceStart(), 0, waitNanos));
        }
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
        current = attempt;
        attemptStart = ticker.nanos();
        sent = false;
        stale = false;
        state(attempt).begin(attempt.budgeted());
    }

    /** The attempt has passed limits and breaker: the upstream is being called. */
    void sent() {
        sent = true;
        ledger.begin(current());
    }

    boolean wasSent() {
        return sent;
    }

    /** Something the attempt holds until it is over: a permit of its echelon. */
    void hold(Runnable giveBack) {
        lease = giveBack;
    }

    /** Whether the attempt ended on a pooled connection that was dead before a byte was read. */
    boolean wasStale() {
        return stale;
    }

    void connectionWasStale(boolean wasStale) {
        stale = wasStale;
    }

    /** The attempt's route is done: gives back what it held and writes the outcome down. */
    private void end(Exchange exchange) {
        Step.Attempt attempt = current();
        InstanceState state = state(attempt);
        current = null;
        if (lease != null) {
            lease.run();
            lease = null;
        }
        state.end(attempt.budgeted());
        Exception thrown = exchange.getException();
        if (thrown == null) {
            states.coolDowns().succeeded(attempt.candidate().instance().key());
            // a forced probe, or its second try: nobody else asks an unhealthy model
            if (attempt.entry() == Step.Entry.PROBE || attempt.entry() == Step.Entry.RECONNECT) {
                states.healths().answeredForced(attempt.candidate().instance().key(), ticker.nanos());
            }
            note(attempt, null);
            settled = true;
            return;
        }
        ModelFailure failure = asFailure(attempt, thrown);
        note(attempt, failure);
        if (!sent) {
            ledger.passOver(attempt);
        } else {
            long now = ticker.nanos();
            ledger.fail(attempt, failure, stale, now);
            if (states.coolDowns().failed(attempt.candidate().instance().key(), failure, now)) {
                LOG.warn(
                        "{} is in quarantine after {}: {}",
                        attempt.candidate().instance().key().model(),
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
        trace.add(new DecisionTrace.Entry(node, failure.kind().word(), null, sinceStart(), 0, waitNanos(failure)));
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
        committedAt = ticker.nanos();
        if (sink != null) {
            sink.begin(info());
        }
    }

    boolean committed() {
        return committed;
    }

    /** Who is answering, or answered last. */
    public RouteInfo info() {
        Instance instance = current == null ? lastAsked : current.candidate().instance();
        return new RouteInfo(
                target.name(),
                instance == null ? "" : instance.id(),
                instance == null ? "" : instance.echelon(),
                attempts(),
                generation,
                shortTrace());
    }

    /** With the attempt that is under way: a stream's headers leave before it is over. */
    private String shortTrace() {
        if (current == null) {
            return trace.toString();
        }
        DecisionTrace soFar = trace.copy();
        soFar.add(entry(current, "streaming", 0));
        return soFar.toString();
    }

    private static long waitNanos(@Nullable ModelFailure failure) {
        Duration wait = failure == null ? null : failure.retryAfter();
        return wait == null ? 0 : wait.toNanos();
    }

    private DecisionTrace.Entry entry(Step.Attempt attempt, String outcome, long waitNanos) {
        return new DecisionTrace.Entry(
                attempt.candidate().instance().id(),
                outcome,
                sent ? attempt.entry().name().toLowerCase(Locale.ROOT) : null,
                attemptStart - ledger.start(),
                ticker.nanos() - attemptStart,
                waitNanos);
    }

    private void note(Step.Attempt attempt, @Nullable ModelFailure failure) {
        Instance instance = attempt.candidate().instance();
        lastAsked = sent ? instance : lastAsked;
        FailureKind kind = failure == null ? null : failure.kind();
        DecisionTrace.Entry entry = entry(attempt, kind == null ? DecisionTrace.OK : kind.word(), waitNanos(failure));
        trace.add(entry);
        listener.attempted(new RequestListener.Attempted(
                id, target.name(), instance, sent ? attempt.entry() : null, kind, Duration.ofNanos(entry.nanos())));
    }

    /** The whole request is over. */
    RequestListener.Ended ended(@Nullable Exception thrown) {
        ModelFailure failure = thrown == null
                ? null
                : thrown instanceof ModelFailure told
                        ? told
                        : ModelFailure.of(FailureKind.UNAVAILABLE, "the request broke off unexpectedly");
        return new RequestListener.Ended(
                id,
                info(),
                request.stream(),
                failure,
                committed && failure != null,
                Duration.ofNanos(sinceStart()),
                committed ? Duration.ofNanos(committedAt - ledger.start()) : null,
                usage,
                answer,
                trace);
    }

    private ModelFailure asFailure(Step.Attempt attempt, Exception thrown) {
        if (thrown instanceof ModelFailure failure) {
            return failure;
        }
        LOG.error("unexpected failure on {}", attempt.candidate().instance().id(), thrown);
        sent = true;
        return ModelFailure.of(FailureKind.BAD_RESPONSE, "the attempt broke off unexpectedly");
    }

    private long sinceStart() {
        return ticker.nanos() - ledger.start();
    }

    private InstanceState state(Step.Attempt attempt) {
        return states.of(attempt.candidate().instance());
    }

    Step.Attempt current() {
        return Objects.requireNonNull(current, "no attempt is running");
    }

    ChatRequest request() {
        return request;
    }

    public Target target() {
        return target;
    }

    public DecisionTrace trace() {
        return trace;
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
        return usage;
    }

    void answered(AnswerSize size, @Nullable Usage tokens) {
        answer = size;
        usage = tokens;
    }
}
