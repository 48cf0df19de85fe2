package dev.echelon.ingress.kafka;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.PromptListener;
import dev.echelon.domain.Ticker;
import dev.echelon.ingress.kafka.Delivery.Stage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
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

    private final Stages stages;
    private final CrashLog crashLog;
    private final PromptListener listener;
    private final Ticker ticker;
    private final KafkaSettings settings;
    private final Retries retries;

    private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    private final Set<Delivery> running = Collections.newSetFromMap(new IdentityHashMap<>());
    private final AtomicInteger runningCount = new AtomicInteger();
    private final Backlog backlog = new Backlog();
    private final Admission admission;
    private List<Delivery> sent = new ArrayList<>();

    Deliveries(
            Stages stages,
            RetryRules rules,
            CrashLog crashLog,
            PromptListener listener,
            Ticker ticker,
            KafkaSettings settings) {
        this.stages = stages;
        this.crashLog = crashLog;
        this.listener = listener;
        this.ticker = ticker;
        this.settings = settings;
        this.retries = new Retries(rules, ticker);
        this.admission = new Admission(crashLog, backlog, settings.orderByKey());
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

        /** Kafka's client has what was to be sent, and only waits for the broker: that ends no process. May be left out. */
        default void sent() {}
    }

    private record Outcome(
            Delivery delivery, Stage stage, @Nullable Exception failure) {}

    /** A record has been read and is open. */
    void take(Delivery delivery) {
        retries.read();
        if (admission.enter(delivery)) {
            start(delivery);
        }
    }

    private void start(Delivery delivery) {
        if (delivery.stage() != Stage.DEAD_LETTER && crashLog.deaths(delivery.id()) >= CrashLog.GUILTY) {
            bury(
                    delivery,
                    ModelFailure.of(FailureKind.INVALID_REQUEST, "the process ended again and again during it")
                            .withCode("crashes_the_process"));
        }
        backlog.remove(delivery);
        running.add(delivery);
        runningCount.set(running.size());
        delivery.tracker().started();
        delivery.start(ticker.nanos());
        crashLog.begin(delivery.id());
        run(delivery);
    }

    private void run(Delivery delivery) {
        try {
            switch (delivery.stage()) {
                case ASK -> {
                    retries.asked(delivery);
                    stages.ask(delivery, failure -> asked(delivery, failure));
                }
                case ANSWER -> answer(delivery);
                case DEAD_LETTER -> {
                    crashLog.begin(delivery.id());
                    stages.deadLetter(delivery, done(delivery, Stage.DEAD_LETTER));
                }
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
        return new Done() {
            @Override
            public void done(@Nullable Exception failure) {
                outcomes.add(new Outcome(delivery, stage, failure));
            }

            @Override
            public void sent() {
                if (stage == Stage.ANSWER) {
                    // it has been through every step, and the process lives
                    crashLog.end(delivery.id());
                } else {
                    crashLog.rest(delivery.id());
                }
            }
        };
    }

    /** Takes in what others have done and begins what is due. */
    void work() {
        for (Outcome outcome = outcomes.poll(); outcome != null; outcome = outcomes.poll()) {
            over(outcome);
        }
        for (Delivery next = due(); next != null; next = due()) {
            if (admission.mayBegin(next)) {
                start(next);
            }
        }
        Delivery suspect = admission.suspect();
        if (suspect != null) {
            start(suspect);
        }
    }

    @Nullable
    private Delivery due() {
        return retries.due(running.size() + retries.sending() < settings.maxInFlight());
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
        if (outcome.stage() == Stage.ANSWER && delivery.stage() == Stage.ASK) {
            retries.answered(delivery);
            delivery.proceedTo(Stage.ANSWER);
        }
        if (outcome.failure() != null) {
            failed(delivery, outcome.failure());
        } else if (settings.transactional()) {
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
            retries.sent();
        }
        ModelFailure failure = delivery.stage() == Stage.DEAD_LETTER ? delivery.failure() : null;
        listener.done(delivery.record().topic(), failure == null ? null : failure.kind());
        delivery.tracker().finish(delivery.record().offset());
        abandon(delivery);
    }

    /** Nobody goes on with what runs: whoever has its partition now does. To be called when all partitions are gone. */
    void close() {
        List.copyOf(running).forEach(this::abandon);
    }

    /** Its reply is not sent: whoever has the partition now sees to it. */
    void abandon(Delivery delivery) {
        stop(delivery);
        crashLog.end(delivery.id());
        leave(delivery);
    }

    private void leave(Delivery delivery) {
        Delivery next = admission.leave(delivery);
        if (next != null) {
            start(next);
        }
    }

    private void stop(Delivery delivery) {
        if (running.remove(delivery)) {
            delivery.tracker().stopped();
        }
        runningCount.set(running.size());
        admission.stopped(delivery);
    }

    /** What was being done with it failed. */
    void failed(Delivery delivery, Exception thrown) {
        if (delivery.tracker().isRevoked()) {
            abandon(delivery);
            return;
        }
        Retries.Verdict verdict = retries.failed(delivery, thrown);
        if (verdict instanceof Retries.GivenUp givenUp) {
            bury(delivery, givenUp.why());
            run(delivery);
        } else if (verdict instanceof Retries.Later later) {
            stop(delivery);
            crashLog.rest(delivery.id());
            if (!later.isSending()) {
                backlog.add(delivery);
            }
            retries.sleep(delivery, later);
        }
    }

    private void bury(Delivery delivery, ModelFailure failure) {
        LOG.warn("{} becomes a dead letter: {}", delivery.id(), failure.code());
        delivery.failure(failure);
        delivery.proceedTo(Stage.DEAD_LETTER);
    }

    /** Forgets what has not begun of partitions that were taken away; what runs, runs on. */
    void drop() {
        backlog.removeRevoked();
        List<Delivery> gone = admission.removeRevoked();
        retries.removeRevoked().forEach(this::leave);
        gone.forEach(this::leave);
    }

    /** How many run of partitions that are being taken away. */
    long revoked() {
        return running.stream().filter(it -> it.tracker().isLeaving()).count();
    }

    /** How many run; readable from any thread. */
    int running() {
        return runningCount.get();
    }

    /** How many have been read and keep no model busy. */
    int waiting() {
        return backlog.size();
    }

    /** Whether so many more are not to be read: too many wait, or nobody answers. */
    boolean isStalled(int more) {
        return (isBusy() && retries.isHopeless()) || !backlog.hasRoom(more);
    }

    /** Whether something is to be done soon. */
    boolean isBusy() {
        return !running.isEmpty() || !retries.isEmpty() || admission.hasSuspects();
    }
}
