package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
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

/** What becomes of records, with a virtual clock and stages that do what the test says. */
class DeliveriesTest implements Deliveries.Stages {

    private final ModelFailure down = ModelFailure.of(FailureKind.UNAVAILABLE, "down");
    private static final RouteInfo ROUTE = new RouteInfo("g", "g.e1/up:m", "g.e1", 1, 1, "");

    @TempDir
    private Path folder;

    private final PartitionTracker tracker = PartitionTracker.fresh();
    private final List<String> log = new ArrayList<>();
    private final Map<String, Deliveries.Done> asked = new HashMap<>();
    private final Map<String, Delivery> deliveries = new HashMap<>();

    @Nullable
    private Exception sendingFails;

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
        return new Deliveries(
                this, new RetryRules(Duration.ofHours(1), () -> 1), crashLog, () -> now, orderByKey, false);
    }

    @Override
    public void ask(Delivery delivery, Deliveries.Done done) {
        log.add("ask " + name(delivery));
        asked.put(name(delivery), done);
    }

    @Override
    public void answer(Delivery delivery, Deliveries.Done done) {
        log.add("answer " + name(delivery));
        if (acknowledged) {
            done.done(sendingFails);
        } else {
            done.sent();
        }
    }

    @Override
    public void deadLetter(Delivery delivery, Deliveries.Done done) {
        ModelFailure why = delivery.failure();
        log.add("bury " + name(delivery) + " " + (why == null ? "" : why.code()) + (delivery.isBare() ? " bare" : ""));
        done.done(sendingFails);
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

    private void answered(String name) {
        over(name, null);
    }

    private void over(String name, @Nullable Exception failure) {
        Delivery delivery = deliveries.get(name);
        Deliveries.Done done = asked.remove(name);
        assertThat(delivery).isNotNull();
        assertThat(done).as("nobody asks " + name).isNotNull();
        if (delivery != null && done != null) {
            delivery.routed(ROUTE);
            if (failure == null) {
                delivery.answered(new Delivery.Answer(
                        streaming
                                ? null
                                : new ChatResponse(
                                        "id",
                                        "m",
                                        0,
                                        List.of(new ChatResponse.Choice(0, "x", List.of(), "stop", Map.of(), Map.of())),
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
        now += time.toNanos();
        all.work();
        all.work();
    }

    @Test
    void anOutageIsTriedAgainEverMoreRarelyAndEndsAsADeadLetterOnlyWhenItIsTooOld() {
        take("a");
        over("a", down);
        assertThat(all.isStalled()).isTrue();
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
        assertThat(log).endsWith("bury a no_model_available");
        assertThat(tracker.open()).isZero();
        assertThat(all.isStalled()).isFalse();
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
        assertThat(all.isStalled()).isTrue();

        take("c");
        answered("c");
        assertThat(all.isStalled()).isFalse();
        later(Duration.ofSeconds(1));
        assertThat(asked).containsOnlyKeys("a", "b");
    }

    @Test
    void whatFailsWhileOthersAreAnsweredIsToBlameItself() {
        take("poison");
        for (int i = 1; i <= RetryRules.MOST_COUNTED; i++) {
            take("fine" + i);
            later(Duration.ofMillis(1));
            answered("fine" + i);
            over("poison", ModelFailure.of(FailureKind.SERVER_ERROR, "500"));
            later(Duration.ofSeconds(40));
        }
        assertThat(log).filteredOn(it -> it.equals("ask poison")).hasSize(RetryRules.MOST_COUNTED);
        assertThat(log).contains("bury poison upstream_server_error");
        assertThat(tracker.open()).isZero();
    }

    @Test
    void whatThePromptIsToBlameForIsNotTriedAgain() {
        take("a");
        over("a", ModelFailure.of(FailureKind.CONTENT_FILTER, "no"));

        assertThat(log).containsExactly("ask a", "bury a content_filter");
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
    void aDeadLetterThatNoBrokerTakesGoesWithoutItsValueAndIsNeverGivenUp() {
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

        assertThat(log).endsWith("bury a invalid_request bare");
        assertThat(tracker.open()).isZero();
    }

    @Test
    void aPromptDuringWhichTheProcessDiedTwiceIsAskedAloneAndAfterAThirdTimeNeverAgain() {
        for (int death = 1; death <= 3; death++) {
            next = 0;
            take("guilty");
            take("innocent");
            if (death < 3) {
                assertThat(log).containsExactly("ask guilty", "ask innocent");
            } else {
                // both were there; each gets its turn alone
                assertThat(all.isStalled()).isTrue();
                all.work();
                assertThat(log).containsExactly("ask guilty");
            }
            log.clear();
            asked.clear();
            crashLog.close();
            open();
        }
        next = 0;
        take("guilty");
        take("innocent");
        all.work();
        all.work();

        assertThat(log).containsExactly("bury guilty crashes_the_process", "ask innocent");
        answered("innocent");
        assertThat(log).contains("answer innocent");
        assertThat(all.isStalled()).isFalse();
    }

    @Test
    void aPromptWhoseAnswerOnlyWaitsForTheBrokerDoesNotEndTheProcess() {
        acknowledged = false;
        take("a");
        take("b");
        answered("a");
        crashLog.close();
        open();

        assertThat(crashLog.crashes("t-0-0")).isZero();
        assertThat(crashLog.crashes("t-0-1")).isOne();
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
