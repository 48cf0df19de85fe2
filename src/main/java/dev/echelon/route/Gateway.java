package dev.echelon.route;

import dev.echelon.config.Configuration;
import dev.echelon.config.RequestDefaults;
import dev.echelon.domain.Cancellation;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.DecisionTrace;
import dev.echelon.domain.HeapGate;
import dev.echelon.domain.HedgeGate;
import dev.echelon.domain.Ledger;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RequestListener;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Ticker;
import dev.echelon.model.Dialects;
import dev.echelon.model.EventLoops;
import dev.echelon.model.ModelClient;
import dev.echelon.store.IdempotencyStore;
import dev.echelon.store.ResponseCache;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * The heart of a Camel context with Echelon in it: takes requests, finds their target in the current generation and sends
 * them through its routes. Holds what outlives generations. Made once a context, before its routes are started.
 */
public final class Gateway {

    private final CamelContext context;
    private final EventLoops loops;
    private final Executor callbacks;
    private final Ticker ticker;
    private final LongSupplier random;
    private final Dialects dialects;
    private final StateRegistry states;
    private final Call.Surroundings surroundings;
    private final GenerationBuilder builder;
    private final Map<String, HedgeGate> hedges = new ConcurrentHashMap<>();
    private final Door door = new Door();
    private final HealthProbes probes;
    private final WarmUp warmUp;
    private final Listeners listeners = new Listeners();

    @Nullable
    private volatile Generation current;

    @Nullable
    private volatile AnswerStores answers;

    /**
     * @param callbacks runs what follows an answer for callers that came from no event loop, and so may block
     * @param random any longs
     */
    public Gateway(
            CamelContext context,
            EventLoops loops,
            ModelClient client,
            Dialects dialects,
            Executor callbacks,
            Ticker ticker,
            LongSupplier random)
            throws Exception {
        this.context = context;
        this.loops = loops;
        this.callbacks = callbacks;
        this.ticker = ticker;
        this.random = random;
        this.dialects = dialects;
        DoubleSupplier jitter = () -> (random.getAsLong() >>> 11) * 0x1.0p-53;
        this.states = new StateRegistry(ticker, jitter);
        this.builder = new GenerationBuilder(context, states, client, dialects, ticker, () -> (int) random.getAsLong());
        this.surroundings = new Call.Surroundings(states, ticker, listeners);
        this.probes = new HealthProbes(client, loops, states.healths(), ticker, jitter);
        this.warmUp = new WarmUp(client, loops);
        BreakerFactory.install(context, states);
        context.deferStartService(probes, true);
        context.deferStartService(warmUp, true);
    }

    /** Compiles the first configuration; its routes start with the context. */
    public void open(Configuration configuration) throws Exception {
        answers = AnswerStores.of(configuration.defaults(), context, ticker);
        Generation opened = builder.build(1, configuration);
        current = opened;
        probes.probe(opened.probed());
        warmUp.prepare(opened.members());
    }

    public Generation generation() {
        return Objects.requireNonNull(current, "no configuration is loaded");
    }

    /** Requests with an idempotency key, under way and answered. */
    public IdempotencyStore idempotency() {
        return answers().idempotency();
    }

    /** Answers for those who ask the same again. */
    public ResponseCache responses() {
        return answers().responses();
    }

    private AnswerStores answers() {
        return Objects.requireNonNull(answers, "no configuration is loaded");
    }

    public Ticker ticker() {
        return ticker;
    }

    public StateRegistry states() {
        return states;
    }

    /** The rate limits of pools, by name; pools without one are left out. */
    public List<PoolStatus> pools() {
        return builder.pools();
    }

    /** Tells someone what becomes of requests, from now on. */
    public void addListener(RequestListener listener) {
        listeners.add(listener);
    }

    /** Everyone who was added; for those who answer a request without its routes. */
    public RequestListener listener() {
        return listeners;
    }

    /** The process is to end: readiness falls from now on, and requests are still taken. */
    public void drain() {
        door.drain();
    }

    public boolean isDraining() {
        return door.isDraining();
    }

    /**
     * Ends what is still under way, as at the end of a drain: a stream gets its error event, a plain request 503.
     *
     * @return how many requests that were
     */
    public int abort() {
        return door.abort();
    }

    /** The garbage collector has left the heap this full, 0 to 1: sheds what is to be shed, or takes it up again. */
    void heapCollected(double use) {
        answers().hold(door.heapCollected(use).cacheShare());
    }

    /** What is shed while memory is short. */
    public HeapGate heap() {
        return door.heap();
    }

    /** Requests under way. */
    public int inFlight() {
        return door.inFlight();
    }

    /**
     * Answers a request: the body becomes a {@code ChatResponse}, or the exception a {@link ModelFailure}. Returns at
     * once; a request from no event loop is moved to one, and its callback runs on an executor.
     */
    public boolean process(Exchange exchange, Ask ask, AsyncCallback callback) {
        return onEventLoop(exchange, callback, (scheduler, done) -> enter(exchange, ask, scheduler, done));
    }

    /** Does a step of a request on an event loop: at once where this thread is one; else as {@link #process} does. */
    public boolean onEventLoop(Exchange exchange, AsyncCallback callback, LoopStep step) {
        Scheduler scheduler = loops.current();
        if (EventLoops.onEventLoop()) {
            return step.run(scheduler, callback);
        }
        AsyncCallback handedBack = ignored -> callbacks.execute(() -> callback.done(false));
        scheduler.execute(() -> {
            try {
                step.run(scheduler, handedBack);
            } catch (RuntimeException unexpected) {
                // thrown here it would be the event loop's, and the caller would wait for ever
                exchange.setException(unexpected);
                handedBack.done(false);
            }
        });
        return false;
    }

    /** A step of a request on its event loop; returns what a Camel processor would. */
    @FunctionalInterface
    public interface LoopStep {
        boolean run(Scheduler scheduler, AsyncCallback callback);
    }

    private boolean enter(Exchange exchange, Ask ask, Scheduler scheduler, AsyncCallback callback) {
        Generation generation = generation();
        Target target = generation.target(ask.target());
        ModelFailure refusal = door.refusal(target, ask);
        if (target == null || refusal != null) {
            exchange.setException(refusal);
            listeners.ended(refused(generation, target, ask, refusal));
            callback.done(true);
            return true;
        }
        AsyncProcessor entry = generation.entry(target);
        door.enter(ask);
        listeners.began(new RequestListener.Began(ask.id(), target.name()));
        HedgeGate hedging = ask.sink() == null ? hedging(target) : null;
        Cancellation cancellation = hedging == null ? ask.cancellation() : new Cancellation();
        Call call = call(generation, target, ask, cancellation, scheduler);
        call.attachTo(exchange);
        BiConsumer<Call, Boolean> done = (winner, sync) -> {
            door.leave(ask, exchange);
            listeners.ended(winner.ended(exchange.getException()));
            callback.done(sync);
        };
        return hedging == null
                ? entry.process(exchange, sync -> done.accept(call, sync))
                : new HedgedRequest(exchange, call, entry, hedging, cancellation, ask.cancellation(), done).start();
    }

    @Nullable
    private HedgeGate hedging(Target target) {
        RequestDefaults.Hedging hedging = target.rules().hedging();
        return hedging.enabled() && target.plan().candidates().size() > 1
                ? hedges.computeIfAbsent(target.plan().target(), plan -> new HedgeGate(hedging.rules()))
                : null;
    }

    private Call call(Generation generation, Target target, Ask ask, Cancellation cancellation, Scheduler scheduler) {
        ChatRequest request =
                target.withDefaults(ask.request()).withStream(ask.sink() != null && ask.request().stream());
        long now = ticker.nanos();
        Ledger ledger = new Ledger(
                now,
                now + target.deadline(ask.timeout()).toNanos(),
                random.getAsLong(),
                dialects.mutedFor(request, target.plan().dialects()),
                ask.session());
        return new Call(
                ask.id(),
                ask.lane(),
                request,
                target,
                generation.id(),
                surroundings,
                scheduler,
                ledger,
                cancellation,
                ask.sink(),
                ask.cache());
    }

    private static RequestListener.Ended refused(
            Generation generation, @Nullable Target target, Ask ask, @Nullable ModelFailure refusal) {
        DecisionTrace nothing = new DecisionTrace();
        RouteInfo info = target == null
                ? null
                : new RouteInfo(target.name(), "", "", 0, generation.id(), "").withCache(ask.cache());
        return new RequestListener.Ended(
                ask.id(), info, ask.sink() != null, refusal, false, Duration.ZERO, null, null, null, nothing);
    }
}
