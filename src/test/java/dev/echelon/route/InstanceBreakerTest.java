package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.BreakerRules;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The breaker of one instance on a clock of the test's. */
class InstanceBreakerTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);

    private long now = Duration.ofDays(3).toNanos();

    private InstanceBreaker breaker(int threshold, int halfOpenRequests) {
        return new InstanceBreaker(
                "g.e/m:x",
                new BreakerRules(threshold, Duration.ofSeconds(60), halfOpenRequests),
                TIMEOUT,
                CircuitBreakerRegistry.ofDefaults(),
                () -> now,
                () -> 0);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private void fail(InstanceBreaker breaker) {
        take(breaker).failed(1, new Exception());
    }

    private static InstanceBreaker.Permission take(InstanceBreaker breaker) {
        return Objects.requireNonNull(breaker.acquire(false), "no permission");
    }

    private void succeed(InstanceBreaker breaker) {
        take(breaker).succeeded(1);
    }

    private InstanceBreaker open(int halfOpenRequests) {
        InstanceBreaker breaker = breaker(1, halfOpenRequests);
        fail(breaker);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        return breaker;
    }

    @Test
    void opensAfterSoManyFailuresInARow() {
        InstanceBreaker breaker = breaker(5, 1);
        for (int i = 0; i < 4; i++) {
            fail(breaker);
        }
        succeed(breaker);
        for (int i = 0; i < 4; i++) {
            assertThat(breaker.state()).isEqualTo(State.CLOSED);
            fail(breaker);
            pass(HOUR);
        }
        fail(breaker);

        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.waitNanos(now)).isEqualTo(Duration.ofSeconds(60).toNanos());
        assertThat(breaker.acquire(false)).isNull();
    }

    @Test
    void opensWhenHalfOfTenFailWithinThirtySeconds() {
        InstanceBreaker breaker = breaker(100, 1);
        for (int i = 0; i < 4; i++) {
            succeed(breaker);
            fail(breaker);
            pass(Duration.ofSeconds(2));
        }
        succeed(breaker);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        fail(breaker);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void failuresOlderThanThirtySecondsDoNotCountForTheRate() {
        InstanceBreaker breaker = breaker(100, 1);
        for (int i = 0; i < 9; i++) {
            fail(breaker);
        }
        pass(Duration.ofSeconds(31));
        fail(breaker);

        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aGoodProbeClosesItAndItsShareGrows() {
        InstanceBreaker breaker = open(1);
        pass(Duration.ofSeconds(61));
        assertThat(breaker.waitNanos(now)).isZero();
        succeed(breaker);

        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(breaker.share(now)).isEqualTo(0.1);
        pass(Duration.ofSeconds(30));
        assertThat(breaker.share(now)).isEqualTo(1);
    }

    @Test
    void halfOpenTakesJustSoManyProbes() {
        InstanceBreaker breaker = open(3);
        pass(Duration.ofSeconds(61));
        List<InstanceBreaker.Permission> probes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            assertThat(breaker.waitNanos(now)).isZero();
            probes.add(take(breaker));
        }

        assertThat(breaker.waitNanos(now)).isPositive();
        assertThat(breaker.acquire(false)).isNull();
        probes.get(0).succeeded(1);
        probes.get(1).succeeded(1);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        probes.get(2).succeeded(1);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void oneFailedProbeOpensItForLonger() {
        InstanceBreaker breaker = open(3);
        pass(Duration.ofSeconds(61));
        succeed(breaker);
        fail(breaker);

        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.waitNanos(now)).isEqualTo(Duration.ofMinutes(2).toNanos());
    }

    @Test
    void aProbeThatSaysNothingIsGivenBack() {
        InstanceBreaker breaker = open(1);
        pass(Duration.ofSeconds(61));
        for (int i = 0; i < 20; i++) {
            InstanceBreaker.Permission probe = take(breaker);
            assertThat(breaker.waitNanos(now)).isPositive();
            probe.release();
            assertThat(breaker.waitNanos(now)).isZero();
        }
        succeed(breaker);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aProbeThatIsNeverHeardOfIsGivenBackFiveSecondsAfterItsTimeout() {
        InstanceBreaker breaker = open(1);
        pass(Duration.ofSeconds(61));
        take(breaker);

        pass(TIMEOUT.plusMillis(4_999));
        assertThat(breaker.waitNanos(now)).isPositive();
        assertThat(breaker.acquire(false)).isNull();
        pass(Duration.ofMillis(1));
        assertThat(breaker.waitNanos(now)).isZero();
        succeed(breaker);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void littleTrafficDoesNotOpenItAgain() {
        InstanceBreaker breaker = open(3);
        pass(Duration.ofSeconds(61));
        for (int i = 0; i < 3; i++) {
            succeed(breaker);
            pass(Duration.ofMinutes(10));
        }
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aLongStreamIsAProbeLikeAnyOther() {
        InstanceBreaker breaker = open(1);
        pass(Duration.ofSeconds(61));
        InstanceBreaker.Permission stream = take(breaker);
        pass(Duration.ofMinutes(9));
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        stream.succeeded(1);

        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void forcedProbesGoOnceASecondTheFirstASecondAfterItOpened() {
        InstanceBreaker breaker = open(1);
        pass(Duration.ofMillis(999));
        assertThat(breaker.probeable(now, false)).isFalse();
        assertThat(breaker.acquire(true)).isNull();
        pass(Duration.ofMillis(1));
        assertThat(breaker.probeable(now, false)).isTrue();
        long reopens = breaker.waitNanos(now);
        InstanceBreaker.Permission probe = Objects.requireNonNull(breaker.acquire(true));
        assertThat(breaker.acquire(true)).isNull();
        probe.failed(1, new Exception());

        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.waitNanos(now))
                .as("a failed forced probe is no further opening")
                .isEqualTo(reopens);
        assertThat(breaker.probeable(now, false)).isFalse();
        pass(Duration.ofSeconds(1));
        Objects.requireNonNull(breaker.acquire(true)).succeeded(1);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void anUnhealthyModelIsProbedThroughAClosedBreakerOnceASecond() {
        now = -Duration.ofDays(3).toNanos();
        InstanceBreaker breaker = breaker(5, 1);

        assertThat(breaker.probeable(now, true)).isTrue();
        InstanceBreaker.Permission probe = Objects.requireNonNull(breaker.acquire(true));
        assertThat(breaker.probeable(now, true)).isFalse();
        assertThat(breaker.acquire(true)).isNull();
        probe.failed(1, new Exception());
        pass(Duration.ofSeconds(1));
        Objects.requireNonNull(breaker.acquire(true)).succeeded(1);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void anUnhealthyModelIsNotProbedBeyondWhatItsHalfOpenBreakerTakes() {
        InstanceBreaker breaker = open(1);
        pass(Duration.ofSeconds(61));
        assertThat(breaker.acquire(false)).isNotNull();
        pass(Duration.ofSeconds(2));

        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        assertThat(breaker.probeable(now, true)).isFalse();
    }

    @Test
    void aClosedBreakerNeedsNoProbe() {
        InstanceBreaker breaker = breaker(5, 1);

        assertThat(breaker.probeable(now, false)).isFalse();
        assertThat(breaker.waitNanos(now)).isZero();
        assertThat(breaker.share(now)).isEqualTo(1);
    }

    @Test
    void recoveryGrowsToFiveMinutesAndFiveHealthyOnesShortenItAgain() {
        InstanceBreaker breaker = open(1);
        for (int seconds : new int[] {60, 120, 180, 240, 300, 300}) {
            assertThat(breaker.waitNanos(now))
                    .isEqualTo(Duration.ofSeconds(seconds).toNanos());
            pass(Duration.ofSeconds(seconds + 1));
            fail(breaker);
        }
        pass(Duration.ofSeconds(301));
        succeed(breaker);
        pass(Duration.ofMinutes(5));
        fail(breaker);
        for (int seconds : new int[] {60, 120, 180}) {
            assertThat(breaker.waitNanos(now))
                    .isEqualTo(Duration.ofSeconds(seconds).toNanos());
            pass(Duration.ofSeconds(seconds + 1));
            fail(breaker);
        }
    }

    @Test
    void lateResultsOfAttemptsBegunBeforeItOpenedChangeNothing() {
        InstanceBreaker breaker = breaker(1, 2);
        InstanceBreaker.Permission first = take(breaker);
        InstanceBreaker.Permission second = take(breaker);
        InstanceBreaker.Permission third = take(breaker);
        InstanceBreaker.Permission fourth = take(breaker);
        fail(breaker);
        long wait = breaker.waitNanos(now);
        first.failed(1, new Exception());

        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.waitNanos(now)).isEqualTo(wait);

        pass(Duration.ofSeconds(61));
        InstanceBreaker.Permission probe = take(breaker);
        second.succeeded(1);
        third.succeeded(1);
        assertThat(breaker.state()).as("no probe has succeeded").isEqualTo(State.HALF_OPEN);
        fourth.failed(1, new Exception());
        assertThat(breaker.state()).as("no probe has failed").isEqualTo(State.HALF_OPEN);

        probe.succeeded(1);
        succeed(breaker);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }
}
