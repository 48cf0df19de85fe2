package dev.echelon.ingress.kafka;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Ticker;
import dev.echelon.ingress.kafka.Delivery.Stage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of the records of one consumer: each is asked, its answer is sent, and then it is finished; or it is tried
 * again later; or it becomes a dead letter, and is finished when that has been sent. Everything is decided on the poll
 * thread; other threads only say what they have done.
 */
final class Deliveries {

    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);

    /** After so many crashes a prompt is asked alone, to see who is to blame; after one more it is a dead letter. */
    private static final int SUSPECT = 2;

    private static final String SENDING = "answers";

    private final Stages stages;
    private final RetryRules rules;
    private final CrashLog crashLog;
    private final Ticker ticker;
    private final boolean orderByKey;
    private final boolean transactional;

    private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    private final Set<Delivery> running = Collections.newSetFromMap(new IdentityHashMap<>());
    private final AtomicInteger runningCount = new AtomicInteger();
    private final RetryQueue sleeping = new RetryQueue();
    private final KeyOrder<Object, Delivery> order = new KeyOrder<>();
    private final Suspects suspects = new Suspects();
    private final Map<String, Long> successes = new HashMap<>();
    private List<Delivery> sent = new ArrayList<>();
    private boolean stalled;

    /** @param transactional whether what has been sent is finished only when {@link #finish} says so */
    Deliveries(
            Stages stages,
            RetryRules rules,
            CrashLog crashLog,
            Ticker ticker,
            boolean orderByKey,
            boolean transactional) {
        this.stages = stages;
        this.rules = rules;
        this.crashLog = crashLog;
        this.ticker = ticker;
        this.orderByKey = orderByKey;
        this.transactional = transactional;
    }

    /** Does the work. What it is given is called once, on any thread, with {@code null} when it is done. */
    interface Stages {

        void ask(Delivery delivery, Done done);

        void answer(Delivery delivery, Done done);

        void deadLetter(Delivery delivery, Done done);
    }

    /** Says that a stage is over. */
    @FunctionalInterface
    interface Done {
        void done(@Nullable Exception failure);
    }

    private record Outcome(
            Delivery delivery, Stage stage, @Nullable Exception failure) {}

    /** A record has been read and is open. */
    void take(Delivery delivery) {
        if (!orderByKey || order.enter(delivery.key(), delivery)) {
            admit(delivery);
        }
    }

    private void admit(Delivery delivery) {
        int crashes = crashLog.crashes(delivery.id());
        if (crashes > SUSPECT) {
            bury(
                    delivery,
                    ModelFailure.of(FailureKind.INVALID_REQUEST, "the process ended " + crashes + " times during it")
                            .withCode("crashes_the_process"));
            start(delivery);
        } else if (crashes == SUSPECT) {
            suspects.suspect(delivery);
        } else if (suspects.isIsolating()) {
            suspects.hold(delivery);
        } else {
            start(delivery);
        }
    }

    private void start(Delivery delivery) {
        running.add(delivery);
        runningCount.set(running.size());
        delivery.start(ticker.nanos());
        crashLog.begin(delivery.id());
        run(delivery);
    }

    private void run(Delivery delivery) {
        try {
            switch (delivery.stage()) {
                case ASK -> stages.ask(delivery, failure -> asked(delivery, failure));
                case ANSWER -> answer(delivery);
                case DEAD_LETTER -> stages.deadLetter(delivery, done(delivery, Stage.DEAD_LETTER));
            }
        } catch (RuntimeException e) {
            outcomes.add(new Outcome(delivery, delivery.stage(), e));
        }
    }

    /** On any thread. */
    private void asked(Delivery delivery, @Nullable Exception failure) {
        if (failure != null) {
            outcomes.add(new Outcome(delivery, Stage.ASK, failure));
            return;
        }
        try {
            answer(delivery);
        } catch (RuntimeException e) {
            outcomes.add(new Outcome(delivery, Stage.ANSWER, e));
        }
    }

    private void answer(Delivery delivery) {
        stages.answer(delivery, done(delivery, Stage.ANSWER));
    }

    private Done done(Delivery delivery, Stage stage) {
        return failure -> outcomes.add(new Outcome(delivery, stage, failure));
    }

    /** Takes in what others have done and begins what is due. */
    void work() {
        for (Outcome outcome = outcomes.poll(); outcome != null; outcome = outcomes.poll()) {
            over(outcome);
        }
        long now = ticker.nanos();
        for (Delivery due = sleeping.poll(now); due != null; due = sleeping.poll(now)) {
            admit(due);
        }
        for (Delivery next = turn(); next != null; next = turn()) {
            start(next);
        }
    }

    @Nullable
    private Delivery turn() {
        return suspects.next(running.isEmpty());
    }

    /** As {@link #work}, but waits at first for something to be done. */
    void work(long patience) throws InterruptedException {
        Outcome first = outcomes.poll(patience, TimeUnit.NANOSECONDS);
        if (first != null) {
            over(first);
        }
        work();
    }

    private void over(Outcome outcome) {
        Delivery delivery = outcome.delivery();
        long now = ticker.nanos();
        if (outcome.stage() == Stage.ANSWER && delivery.stage() == Stage.ASK) {
            succeeded(target(delivery), now);
            delivery.proceedTo(Stage.ANSWER);
        }
        if (outcome.failure() != null) {
            failed(delivery, outcome.failure());
        } else if (transactional) {
            crashLog.rest(delivery.id());
            sent.add(delivery);
        } else {
            finish(delivery);
        }
    }

    /** Those whose replies have been sent since the last time, and are to be committed. */
    List<Delivery> takeSent() {
        List<Delivery> taken = sent;
        sent = new ArrayList<>();
        return taken;
    }

    /** Its reply is there for good. */
    void finish(Delivery delivery) {
        if (delivery.stage() == Stage.ANSWER) {
            successes.put(SENDING, ticker.nanos());
        }
        delivery.tracker().finish(delivery.record().offset());
        abandon(delivery);
    }

    /** Its reply is not sent: whoever has the partition now sees to it. */
    void abandon(Delivery delivery) {
        stop(delivery);
        crashLog.end(delivery.id());
        leave(delivery);
    }

    private void leave(Delivery delivery) {
        Delivery next = orderByKey ? order.leave(delivery.key()) : null;
        if (next != null) {
            admit(next);
        }
    }

    private void stop(Delivery delivery) {
        running.remove(delivery);
        runningCount.set(running.size());
        suspects.stopped(delivery);
    }

    private void succeeded(String target, long now) {
        successes.put(target, now);
        if (stalled) {
            stalled = false;
            sleeping.wake(now);
        }
    }

    private static String target(Delivery delivery) {
        RouteInfo route = delivery.route();
        return route == null ? "" : "target:" + route.target();
    }

    /** What was being done with it failed. */
    void failed(Delivery delivery, Exception thrown) {
        if (delivery.tracker().isRevoked()) {
            abandon(delivery);
            return;
        }
        long now = ticker.nanos();
        switch (delivery.stage()) {
            case ASK -> {
                ModelFailure failure = SendFailures.ofAsking(thrown);
                stalled |= !RetryRules.isFinal(failure);
                retry(delivery, failure, target(delivery), now);
            }
            case ANSWER -> {
                retry(delivery, SendFailures.ofAnswering(thrown), SENDING, now);
                if (delivery.stage() == Stage.ANSWER && delivery.isStreamed()) {
                    // the pieces are gone: the answer begins anew
                    delivery.proceedTo(Stage.ASK);
                }
            }
            case DEAD_LETTER -> {
                LOG.warn(
                        "the dead letter of {} could not be sent, and is tried again: {}",
                        delivery.id(),
                        thrown.getClass());
                if (SendFailures.isTooLarge(thrown)) {
                    delivery.strip();
                }
                delivery.failed(reason(delivery), false, now);
                sleep(delivery, now + rules.backOff(delivery.tries(), null));
            }
        }
    }

    private void retry(Delivery delivery, ModelFailure failure, String others, long now) {
        Long success = successes.get(others);
        boolean othersAreServed = success != null && success - delivery.startedAt() > 0;
        delivery.failed(failure, RetryRules.isOurs(failure) || (othersAreServed && RetryRules.counts(failure)), now);
        long delay = rules.delay(delivery, failure, now);
        if (delay == RetryRules.NEVER) {
            bury(delivery, failure);
            run(delivery);
        } else {
            sleep(delivery, now + delay);
        }
    }

    private void bury(Delivery delivery, ModelFailure failure) {
        LOG.warn("{} becomes a dead letter: {}", delivery.id(), failure.code());
        delivery.failure(failure);
        delivery.proceedTo(Stage.DEAD_LETTER);
    }

    private static ModelFailure reason(Delivery delivery) {
        ModelFailure known = delivery.failure();
        return known == null ? ModelFailure.of(FailureKind.UNAVAILABLE, "the prompt could not be processed") : known;
    }

    private void sleep(Delivery delivery, long due) {
        stop(delivery);
        crashLog.rest(delivery.id());
        delivery.due(due);
        sleeping.add(delivery);
    }

    /** Forgets what has not begun of partitions that were taken away; what runs, runs on. */
    void drop() {
        order.removeIf(delivery -> delivery.tracker().isRevoked());
        sleeping.removeRevoked().forEach(this::leave);
        suspects.removeRevoked().forEach(this::leave);
    }

    /** How many run of partitions that are being taken away. */
    long revoked() {
        return running.stream().filter(it -> it.tracker().isLeaving()).count();
    }

    /** How many run; readable from any thread. */
    int running() {
        return runningCount.get();
    }

    /** Whether it is of no use to read more: nobody answers, or a suspect has to be alone. */
    boolean isStalled() {
        return (stalled && !(running.isEmpty() && sleeping.isEmpty())) || suspects.isIsolating();
    }

    /** Whether something is to be done soon. */
    boolean isBusy() {
        return !running.isEmpty() || !sleeping.isEmpty() || suspects.isIsolating();
    }
}
