package dev.echelon.ingress.kafka;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Ticker;
import dev.echelon.ingress.kafka.Delivery.Stage;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a prompt that failed, and those that are to be tried again: each in a line for what it waits for, until
 * it is due, or until others show that an outage is over. Used by one thread.
 */
final class Retries {

    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);
    private static final String SENDING = "answers";
    private static final String BURYING = "dead letters";

    /** While nobody answers, some are read so often: they may be for a target that nobody has asked yet. */
    private static final long LOOK = TimeUnit.SECONDS.toNanos(1);

    private final RetryRules rules;
    private final Ticker ticker;
    private final RetryQueue sleeping = new RetryQueue();
    private final TargetHealth targets = new TargetHealth();
    private final TargetHealth topics = new TargetHealth();
    private long readAt;

    Retries(RetryRules rules, Ticker ticker) {
        this.rules = rules;
        this.ticker = ticker;
        this.readAt = ticker.nanos() - LOOK;
    }

    /** What is to be done with a prompt that failed. */
    sealed interface Verdict {}

    /**
     * It is tried again.
     *
     * @param line for what it waits for
     * @param due nanoseconds of the ticker
     */
    record Later(String line, long due) implements Verdict {

        /** Whether it waits for Kafka, not for a model. */
        boolean isSending() {
            return isOfKafka(line);
        }
    }

    /** It is a dead letter. */
    record GivenUp(ModelFailure why) implements Verdict {}

    /** A prompt has been read. */
    void read() {
        readAt = ticker.nanos();
    }

    void asked(Delivery delivery) {
        targets.asked(target(delivery), ticker.nanos());
    }

    /** It has been answered; not by its target, where the answer was there already. */
    void answered(Delivery delivery) {
        RouteInfo route = delivery.route();
        if (route == null || !route.isSecondHand()) {
            answered(targets, target(delivery));
        }
    }

    /** An answer has been sent. */
    void sent() {
        answered(topics, SENDING);
    }

    private void answered(TargetHealth health, String line) {
        long now = ticker.nanos();
        if (health.answered(line, now)) {
            sleeping.wake(line, now);
        }
    }

    private static String target(Delivery delivery) {
        RouteInfo route = delivery.route();
        return route == null ? "" : "target:" + route.target();
    }

    /** Judges what came of its stage; an answer in pieces begins anew with the prompt. */
    Verdict failed(Delivery delivery, Exception thrown) {
        long now = ticker.nanos();
        return switch (delivery.stage()) {
            case ASK -> notAnswered(delivery, SendFailures.ofAsking(thrown), now);
            case ANSWER -> notSent(delivery, SendFailures.ofAnswering(thrown), now);
            case DEAD_LETTER -> notBuried(delivery, thrown, now);
        };
    }

    private Verdict notAnswered(Delivery delivery, ModelFailure failure, long now) {
        String line = target(delivery);
        if (!RetryRules.isFinal(failure)) {
            targets.failed(line, now);
        }
        boolean othersAreServed = targets.hasAnsweredSince(line, delivery.unservedSince());
        return verdict(delivery, failure, othersAreServed, line, now);
    }

    private Verdict notSent(Delivery delivery, ModelFailure failure, long now) {
        topics.failed(SENDING, now);
        // to send it again costs nothing, to ask for it again does
        boolean isDear = delivery.isStreamed() && topics.hasAnsweredSince(SENDING, delivery.unservedSince());
        Verdict verdict = verdict(delivery, failure, isDear, SENDING, now);
        if (verdict instanceof Later && delivery.isStreamed()) {
            // the pieces are gone
            delivery.proceedTo(Stage.ASK);
        }
        return verdict;
    }

    private Verdict notBuried(Delivery delivery, Exception thrown, long now) {
        LOG.warn("the dead letter of {} could not be sent, and is tried again: {}", delivery.id(), thrown.getClass());
        if (SendFailures.isTooLarge(thrown)) {
            delivery.strip();
        }
        delivery.failed(reason(delivery), RetryRules.Blame.OUTAGE, now);
        return new Later(BURYING, now + rules.delay(delivery.tries()));
    }

    private static ModelFailure reason(Delivery delivery) {
        ModelFailure known = delivery.failure();
        return known == null ? ModelFailure.of(FailureKind.UNAVAILABLE, "the prompt could not be processed") : known;
    }

    private Verdict verdict(Delivery delivery, ModelFailure failure, boolean othersAreServed, String line, long now) {
        delivery.failed(failure, RetryRules.blame(failure, othersAreServed), now);
        long delay = rules.delay(delivery, failure, now);
        return delay == RetryRules.NEVER ? new GivenUp(failure) : new Later(line, now + delay);
    }

    void sleep(Delivery delivery, Later later) {
        delivery.due(later.due());
        sleeping.add(later.line(), delivery);
    }

    /**
     * The next that is to be tried again now; {@code null} when none is.
     *
     * @param room whether models may be kept busy with more
     */
    @Nullable
    Delivery due(boolean room) {
        long now = ticker.nanos();
        return sleeping.poll(now, line -> isOfKafka(line) || (room && targets.mayTry(line, now)));
    }

    private static boolean isOfKafka(String line) {
        return line.equals(SENDING) || line.equals(BURYING);
    }

    /** How many wait for Kafka. */
    int sending() {
        return sleeping.size(SENDING) + sleeping.size(BURYING);
    }

    boolean isEmpty() {
        return sleeping.isEmpty();
    }

    /** Whether nobody answers, and it has been looked for another target just now. */
    boolean isHopeless() {
        long now = ticker.nanos();
        return targets.allFail(now) && now - readAt < LOOK;
    }

    /** Takes out those of partitions that were taken away. */
    List<Delivery> removeRevoked() {
        return sleeping.removeRevoked();
    }
}
