package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.echelon.domain.CacheUse;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.JsonText;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.PromptListener;
import dev.echelon.domain.RouteInfo;
import dev.echelon.ingress.kafka.Delivery.Stage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of records, with a virtual clock and stages that do what the test says. */
class DeliveriesTest implements Deliveries.Stages, PromptListener {

    private final ModelFailure down = ModelFailure.of(FailureKind.UNAVAILABLE, "down");
    private static final RouteInfo ROUTE = new RouteInfo("g", "g.e1/up:m", "g.e1", 1, 1, "");
    private static final RouteInfo OTHER = new RouteInfo("h", "h.e1/up:n", "h.e1", 1, 1, "");
    private static final int WINDOW = 4;
    private static final Duration PACE = Duration.ofMillis(50);

    @TempDir
    private Path folder;

    private final PartitionTracker tracker = PartitionTracker.fresh();
    private final List<String> log = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private final Map<String, Deliveries.Done> asked = new HashMap<>();
    private final Map<String, Delivery> deliveries = new HashMap<>();

    @Nullable
    private Exception sendingFails;

    /** Whose answer is not sent at once. */
    @Nullable
    private String slow;

    private Deliveries.@Nullable Done slowlySent;

    @Nullable
    private String fatal;

    private RouteInfo route = ROUTE;
    private boolean acknowledged = true;
    private boolean streaming;

    private long now = 1;
    private long next;
    private CrashLog crashLog;
    private Deliveries all;

    @BeforeEach
    void open() {
        crashLog = CrashLog.open(folder.resolve("log"));
        all = deliveries(false);
    }

    @AfterEach
    void close() {
        crashLog.close();
    }

    private Deliveries deliveries(boolean orderByKey) {
        KafkaSettings settings = TestSettings.of(WINDOW, orderByKey, false, folder);
        return new Deliveries(this, new RetryRules(settings.maxAge(), () -> 1), crashLog, this, () -> now, settings);
    }

    @Override
    public void ask(Delivery delivery, Deliveries.Done done) {
        log.add("ask " + name(delivery));
        if (name(delivery).equals(fatal)) {
            throw new Death();
        }
        asked.put(name(delivery), done);
    }

    @Override
    public void answer(Delivery delivery, Deliveries.Done done) {
        log.add("answer " + name(delivery));
        if (name(delivery).equals(slow)) {
            slowlySent = done;
        } else if (acknowledged) {
            done.done(sendingFails);
        } else {
            done.sent();
        }
    }

    @Override
    public void deadLetter(Delivery delivery, Deliveries.Done done) {
        ModelFailure why = delivery.failure();
        log.add("bury " + name(delivery) + " " + (why == null ? "" : why.code()) + " " + delivery.kept());
        done.done(sendingFails);
    }

    @Override
    public void done(String topic, @Nullable FailureKind failure) {
        done.add(topic + " " + failure);
    }

    private static String name(Delivery delivery) {
        return new String(delivery.record().value(), StandardCharsets.UTF_8);
    }

    private void take(String name) {
        take(name, name);
    }

    private void take(String key, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        Delivery delivery =
                new Delivery(new ConsumerRecord<>("t", 0, next, key.getBytes(StandardCharsets.UTF_8), bytes), tracker);
        deliveries.put(name, delivery);
        tracker.begin(next++, now);
        all.take(delivery);
    }

    @Test
    void whatRunsWhenItsConsumerIsClosedIsNoLongerCountedNorBlamed() {
        take("a");
        take("b");
        all.work();
        tracker.release();
        all.drop();
        assertThat(all.running()).isEqualTo(2);

        all.close();

        assertThat(all.running()).isZero();
        crashLog.close();
        crashLog = CrashLog.open(folder.resolve("log"));
        assertThat(crashLog.deaths("t-0-0")).isZero();
        // its model answers late
        answered("a");
        assertThat(all.running()).isZero();
    }

    @Test
    void aPromptIsDoneOnceWhenTheBrokerHasItsAnswerOrDeadLetter() {
        take("a");
        take("bad");
        sendingFails = new TimeoutException();
        answered("a");
        over("bad", ModelFailure.of(FailureKind.INVALID_REQUEST, "no JSON"));
        assertThat(done).isEmpty();

        sendingFails = null;
        later(Duration.ofMinutes(1));

        assertThat(done).containsExactlyInAnyOrder("t null", "t INVALID_REQUEST");
    }

    @Test
    void whatIsTriedAgainLaterWaitsAndIsUnderWayWhenItIs() {
        take("a");
        take("b");
        assertThat(tracker.waiting()).isZero();

        over("a", down);
        assertThat(tracker.waiting()).isOne();
        assertThat(tracker.open()).isEqualTo(2);

        answered("b");
        later(Duration.ofMinutes(1));
        assertThat(tracker.waiting()).isZero();
        answered("a");
        assertThat(tracker.open()).isZero();
        assertThat(tracker.waiting()).isZero();
    }

    private void answered(String name) {
        over(name, null);
    }

    private void over(String name, @Nullable Exception failure) {
        Delivery delivery = deliveries.get(name);
        Deliveries.Done done = asked.remove(name);
        assertThat(delivery).isNotNull();
        assertThat(done).as("nobody asks " + name).isNotNull();
        if (delivery != null && done != null) {
            delivery.routed(name.startsWith("other") ? OTHER : route);
            if (failure == null) {
                delivery.answered(new Delivery.Answer(
                        streaming
                                ? null
                                : new ChatResponse(
                                        "id",
                                        "m",
                                        0,
                                        List.of(new ChatResponse.Choice(
                                                0, JsonText.of("x"), List.of(), "stop", Map.of(), Map.of())),
                                        null,
                                        "openai",
                                        Map.of()),
                        null,
                        null));
            }
            done.done(failure);
        }
        all.work();
    }

    private void later(Duration time) {
        now += time.toNanos() - 2 * PACE.toNanos();
        for (int i = 0; i < 3; i++) {
            all.work();
            now += i < 2 ? PACE.toNanos() : 0;
        }
    }

    @Test
    void anOutageIsTriedAgainEverMoreRarelyAndEndsAsADeadLetterOnlyWhenItIsTooOld() {
        take("a");
        over("a", down);
        assertThat(all.isStalled(1)).isTrue();
        Duration passed = Duration.ZERO;
        int tries = 1;
        while (passed.compareTo(Duration.ofMinutes(59)) < 0) {
            later(Duration.ofSeconds(1));
            passed = passed.plusSeconds(1);
            if (asked.containsKey("a")) {
                tries++;
                over("a", down);
            }
        }
        assertThat(log).noneMatch(it -> it.startsWith("bury"));
        assertThat(tries).isBetween(60, 160);
        assertThat(tracker.open()).isOne();

        later(Duration.ofMinutes(2));
        over("a", down);
        all.work();
        assertThat(log).endsWith("bury a no_model_available ALL");
        assertThat(tracker.open()).isZero();
        assertThat(all.isStalled(1)).isFalse();
        assertThat(all.isBusy()).isFalse();
    }

    @Test
    void theFirstAnswerAfterAnOutageWakesTheOthers() {
        List.of("a", "b").forEach(this::take);
        for (int i = 0; i < 8; i++) {
            List.copyOf(asked.keySet()).forEach(it -> over(it, down));
            later(Duration.ofSeconds(40));
        }
        List.copyOf(asked.keySet()).forEach(it -> over(it, down));
        later(Duration.ofSeconds(2));
        assertThat(asked).isEmpty();

        take("c");
        assertThat(all.isStalled(1)).isTrue();
        answered("c");
        assertThat(all.isStalled(1)).isFalse();
        later(Duration.ofSeconds(1));
        assertThat(asked).containsOnlyKeys("a", "b");
    }

    @Test
    void whatWaitsForATargetThatFailsMakesRoomForOthers() {
        List<String> dead = List.of("a", "b", "c", "d");
        dead.forEach(this::take);
        assertThat(all.waiting()).isZero();
        dead.forEach(it -> over(it, down));
        assertThat(all.waiting()).isEqualTo(4);
        assertThat(all.isStalled(1)).as("nobody answers").isTrue();

        now += Duration.ofSeconds(1).toNanos();
        assertThat(all.isStalled(1)).as("there may be another target").isFalse();
        take("other");
        assertThat(all.isStalled(1)).as("one look a second").isTrue();
        answered("other");
        assertThat(all.isStalled(1)).as("the other target answers").isFalse();
        take("e");
        over("e", down);
        assertThat(all.isStalled(1)).as("it still does").isFalse();
        List.copyOf(asked.keySet()).forEach(it -> over(it, down));
        assertThat(all.waiting()).isEqualTo(5);

        now += Duration.ofMinutes(2).toNanos();
        take("f");
        assertThat(all.isStalled(1)).as("nobody has answered for long").isTrue();
    }

    @Test
    void aTargetThatFailsIsAskedAgainNoMoreOftenThanItsPaceHoweverManyWait() {
        for (int i = 0; i < 100; i++) {
            take("p" + i);
            over("p" + i, down);
        }
        take("other");
        over("other", down);
        log.clear();
        now += Duration.ofMinutes(1).toNanos();
        for (int i = 0; i < 10; i++) {
            now += PACE.toNanos();
            all.work();
            List.copyOf(asked.keySet()).forEach(it -> over(it, down));
        }
        assertThat(log).filteredOn(it -> it.startsWith("ask p")).hasSize(10);
        assertThat(log).filteredOn(it -> it.equals("ask other")).hasSize(1);
    }

    @Test
    void ofThoseThatAreWokenNoMoreRunThanMayBeInFlight() {
        for (int i = 0; i < 20; i++) {
            take("p" + i);
            over("p" + i, down);
        }
        now += Duration.ofMinutes(1).toNanos();
        take("first");
        answered("first");
        later(Duration.ofSeconds(2));

        assertThat(asked).hasSize(WINDOW);
        answered(asked.keySet().iterator().next());
        assertThat(asked).hasSize(WINDOW);
    }

    @Test
    void whatWaitsIsBoundedByItsSizeToo() {
        String large = "x".repeat(1024 * 1024);
        for (int i = 0; i < 31; i++) {
            take("k", large + i);
            over(large + i, down);
        }
        take("other");
        answered("other");
        assertThat(all.isStalled(1)).isFalse();
        take("k", large);
        over(large, down);
        assertThat(all.isStalled(1)).isTrue();

        tracker.revoke();
        all.drop();
        assertThat(all.waiting()).isZero();
        assertThat(all.isStalled(1)).isFalse();
    }

    @Test
    void aLargeHeaderIsAsLargeAsALargeValue() {
        byte[] half = new byte[512 * 1024];
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("t", 0, 0, half, half);
        record.headers()
                .add("é".repeat(half.length / 2), new byte[0])
                .add("b", half)
                .add("none", null);

        assertThat(new Delivery(record, tracker).bytes()).isEqualTo(4L * half.length + "bnone".length());
    }

    @Test
    void whatIsAnsweredWithNonsenseWhileOthersAreAnsweredIsToBlameItself() {
        take("poison");
        for (int i = 1; i <= RetryRules.MOST_COUNTED; i++) {
            take("fine" + i);
            later(Duration.ofMillis(1));
            answered("fine" + i);
            over("poison", ModelFailure.of(FailureKind.BAD_RESPONSE, "cut off"));
            later(Duration.ofSeconds(40));
        }
        assertThat(log).filteredOn(it -> it.equals("ask poison")).hasSize(RetryRules.MOST_COUNTED);
        assertThat(log).contains("bury poison upstream_bad_response ALL");
        assertThat(tracker.open()).isZero();
    }

    @Test
    void aPromptThatBreaksSomethingOfOursIsToBlameItself() {
        take("poison");
        for (int i = 1; i <= RetryRules.MOST_COUNTED; i++) {
            over("poison", new IllegalStateException("a bug"));
            later(Duration.ofSeconds(40));
        }
        assertThat(log).contains("bury poison internal_error ALL");
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "TIMEOUT",
                "NETWORK_ERROR",
                "SERVER_ERROR",
                "UNAVAILABLE",
                "QUOTA",
                "AUTH",
                "RATE_LIMIT",
                "SATURATED",
                "CANCELLED"
            })
    void whatMayBeAnOutageIsNoDeadLetterBeforeItsAgeThoughOthersAreAnswered(FailureKind kind) {
        take("unlucky");
        failWhileOthersAreAnswered(kind, Duration.ofMinutes(59));
        assertThat(log).noneMatch(it -> it.startsWith("bury"));

        failWhileOthersAreAnswered(kind, Duration.ofMinutes(2));
        assertThat(log).filteredOn(it -> it.startsWith("bury unlucky")).hasSize(1);
        assertThat(tracker.open()).isZero();
    }

    private void failWhileOthersAreAnswered(FailureKind kind, Duration time) {
        for (long end = now + time.toNanos(); now < end; ) {
            take("fine");
            later(Duration.ofSeconds(10));
            answered("fine");
            if (asked.containsKey("unlucky")) {
                over("unlucky", ModelFailure.of(kind, "failed"));
            }
        }
    }

    @Test
    void aPromptThatFailsWhileOthersAreAnsweredIsTriedEverMoreRarely() {
        take("unlucky");
        failWhileOthersAreAnswered(FailureKind.TIMEOUT, Duration.ofMinutes(59));

        assertThat(log).filteredOn(it -> it.equals("ask unlucky")).hasSizeBetween(10, 25);
    }

    @Test
    void anAnswerThatWasThereAlreadySaysNothingOfItsTarget() {
        take("a");
        over("a", down);
        for (int i = 0; i < 8; i++) {
            later(Duration.ofSeconds(40));
            over("a", down);
        }
        for (RouteInfo known : List.of(ROUTE.asReplay(), ROUTE.fromCache(CacheUse.hit(Duration.ZERO)))) {
            route = known;
            take("known");
            answered("known");
            later(Duration.ofSeconds(2));
            assertThat(asked).as("nobody is woken").isEmpty();
            take("another");
            assertThat(all.isStalled(1)).as("nor is it known to answer").isTrue();
            over("another", ModelFailure.of(FailureKind.CONTENT_FILTER, "no"));
        }
        take("b");
        take("known");
        later(Duration.ofSeconds(1));
        answered("known");
        over("b", ModelFailure.of(FailureKind.BAD_RESPONSE, "cut off"));
        assertThat(deliveries.get("b")).extracting(Delivery::counted).isEqualTo(0);
    }

    @Test
    void anAnswerThatCannotBeSentIsNoDeadLetterBeforeItsAgeThoughOthersAreSent() {
        slow = "unlucky";
        take("unlucky");
        answered("unlucky");
        for (int second = 0; second < 59 * 60; second += 10) {
            later(Duration.ofSeconds(10));
            take("fine");
            answered("fine");
            Deliveries.Done sending = slowlySent;
            slowlySent = null;
            if (sending != null) {
                sending.done(new TimeoutException("no leader"));
            }
            all.work();
        }
        assertThat(log).filteredOn(it -> it.equals("answer unlucky")).hasSizeGreaterThan(RetryRules.MOST_COUNTED);
        assertThat(log).noneMatch(it -> it.startsWith("bury"));
        assertThat(tracker.open()).isOne();

        slow = null;
        later(Duration.ofMinutes(1));
        Deliveries.Done sending = slowlySent;
        if (sending != null) {
            sending.done(null);
            all.work();
        }
        assertThat(log).filteredOn(it -> it.equals("ask unlucky")).hasSize(1);
        assertThat(tracker.open()).isZero();
    }

    @Test
    void whatThePromptIsToBlameForIsNotTriedAgain() {
        take("a");
        over("a", ModelFailure.of(FailureKind.CONTENT_FILTER, "no"));

        assertThat(log).containsExactly("ask a", "bury a content_filter ALL");
        assertThat(tracker.open()).isZero();
    }

    @Test
    void anAnswerThatCannotBeSentIsSentAgainAndNotAskedForAgain() {
        take("a");
        sendingFails = new TimeoutException("broker down");
        answered("a");
        assertThat(tracker.open()).isOne();

        sendingFails = null;
        later(Duration.ofSeconds(1));
        assertThat(log).containsExactly("ask a", "answer a", "answer a");
        assertThat(tracker.open()).isZero();
    }

    @Test
    void anAnswerInPiecesOfWhichOneCouldNotBeSentIsAskedForAgain() {
        streaming = true;
        take("a");
        sendingFails = new TimeoutException("broker down");
        answered("a");

        sendingFails = null;
        later(Duration.ofSeconds(1));
        assertThat(log).containsExactly("ask a", "answer a", "ask a");
        answered("a");
        assertThat(tracker.open()).isZero();
    }

    @Test
    void aDeadLetterThatNoBrokerTakesGoesWithEverLessAndIsNeverGivenUp() {
        take("a");
        sendingFails = new RecordTooLargeException("x");
        over("a", ModelFailure.of(FailureKind.INVALID_REQUEST, "no"));
        all.work();
        for (int i = 0; i < 50; i++) {
            later(Duration.ofMinutes(10));
        }
        assertThat(tracker.open()).isOne();
        sendingFails = null;
        later(Duration.ofMinutes(10));
        all.work();

        assertThat(log)
                .startsWith(
                        "ask a",
                        "bury a invalid_request ALL",
                        "bury a invalid_request LABEL",
                        "bury a invalid_request NOTHING")
                .endsWith("bury a invalid_request NOTHING");
        assertThat(tracker.open()).isZero();
    }

    @Test
    void aPromptThatEndsTheProcessThreeTimesIsADeadLetterWhereverItDoesSo() {
        for (int death = 1; death <= 3; death++) {
            next = 0;
            take("innocent");
            take("guilty");
            take("another");
            all.work();
            if (death == 3) {
                assertThat(asked).as("one suspect at a time").containsOnlyKeys("innocent");
                answered("innocent");
            }
            // the model has it, and the process dies of what comes next
            assertThat(asked).containsKey("guilty");
            die();
        }
        next = 1;
        take("guilty");
        take("another");
        assertThat(log).containsExactly("bury guilty crashes_the_process ALL", "ask another");
        answered("another");
        assertThat(tracker.open()).isZero();
    }

    @Test
    void suspectsAreAskedOneAfterTheOtherAndTheOthersBesideThem() {
        fatal = "guilty";
        for (int death = 1; death <= 2; death++) {
            next = 0;
            take("innocent");
            assertThatThrownBy(() -> take("guilty")).isInstanceOf(Death.class);
            assertThat(log).containsExactly("ask innocent", "ask guilty");
            die();
        }
        next = 0;
        take("innocent");
        take("guilty");
        take("later");
        all.work();
        assertThat(log).containsExactly("ask later", "ask innocent");
        assertThat(all.waiting()).as("it keeps no model busy").isOne();
        assertThat(all.isStalled(1)).isFalse();
        assertThatThrownBy(() -> answered("innocent")).isInstanceOf(Death.class);
    }

    @Test
    void aSuspectThatIsTriedAgainLaterLetsTheNextOnePass() {
        for (int death = 1; death <= 2; death++) {
            next = 0;
            take("a");
            take("b");
            die();
        }
        next = 0;
        take("a");
        take("b");
        all.work();
        assertThat(asked).containsOnlyKeys("a");
        over("a", down);
        assertThat(asked).containsOnlyKeys("b");
        later(Duration.ofMinutes(1));
        assertThat(asked).as("its turn comes again when the other is done").containsOnlyKeys("b");
        answered("b");
        answered("a");
        assertThat(tracker.open()).isZero();
        assertThat(all.isBusy()).isFalse();
    }

    private void die() {
        log.clear();
        asked.clear();
        crashLog.close();
        open();
    }

    private static final class Death extends Error {}

    @Test
    void aPromptWhoseAnswerOnlyWaitsForTheBrokerDoesNotEndTheProcess() {
        acknowledged = false;
        take("a");
        take("b");
        answered("a");
        crashLog.close();
        open();

        assertThat(crashLog.deaths("t-0-0")).isZero();
        assertThat(crashLog.deaths("t-0-1")).isOne();
    }

    @Test
    void aPromptWhoseAnswerIsOnItsWayIsSuspectedNoMore() {
        take("a");
        die();
        acknowledged = false;
        next = 0;
        take("a");
        answered("a");
        die();

        assertThat(crashLog.deaths("t-0-0")).isZero();
    }

    @Test
    void ofAKeyOnlyOneIsUnderWay() {
        all = deliveries(true);
        take("k", "1");
        take("k", "2");
        take("other", "3");
        assertThat(log).containsExactly("ask 1", "ask 3");

        over("1", down);
        assertThat(log).doesNotContain("ask 2");
        assertThat(all.waiting()).as("one for its target, one for its turn").isEqualTo(2);
        later(Duration.ofMinutes(1));
        answered("1");
        assertThat(log).endsWith("ask 2");
    }

    @Test
    void whatRestsOfAPartitionThatIsTakenAwayIsForgotten() {
        take("a");
        take("b");
        over("a", down);
        tracker.revoke();
        all.drop();
        assertThat(all.revoked()).isOne();

        over("b", down);
        later(Duration.ofHours(2));
        assertThat(all.revoked()).isZero();
        assertThat(all.isBusy()).isFalse();
        assertThat(log).containsExactly("ask a", "ask b");
        assertThat(deliveries.values()).extracting(Delivery::stage).containsOnly(Stage.ASK);
    }
}
