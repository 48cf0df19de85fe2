package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.BreakerRules;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;
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
        assertThat(breaker.tryAcquire(false)).isTrue();
        breaker.onFailure(1, new Exception());
    }

    private void succeed(InstanceBreaker breaker) {
        assertThat(breaker.tryAcquire(false)).isTrue();
        breaker.onSuccess(1);
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
        assertThat(breaker.tryAcquire(false)).isFalse();
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
        for (int i = 0; i < 3; i++) {
            assertThat(breaker.waitNanos(now)).isZero();
            assertThat(breaker.tryAcquire(false)).isTrue();
        }

        assertThat(breaker.waitNanos(now)).isPositive();
        assertThat(breaker.tryAcquire(false)).isFalse();
        breaker.onSuccess(1);
        breaker.onSuccess(1);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        breaker.onSuccess(1);
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
            assertThat(breaker.tryAcquire(false)).isTrue();
            assertThat(breaker.waitNanos(now)).isPositive();
            breaker.release();
            assertThat(breaker.waitNanos(now)).isZero();
        }
        succeed(breaker);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aProbeThatIsNeverHeardOfIsGivenBackFiveSecondsAfterItsTimeout() {
        InstanceBreaker breaker = open(1);
        pass(Duration.ofSeconds(61));
        assertThat(breaker.tryAcquire(false)).isTrue();

        pass(TIMEOUT.plusMillis(4_999));
        assertThat(breaker.waitNanos(now)).isPositive();
        assertThat(breaker.tryAcquire(false)).isFalse();
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
        assertThat(breaker.tryAcquire(false)).isTrue();
        pass(Duration.ofMinutes(9));
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        breaker.onSuccess(1);

        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void forcedProbesGoOnceASecondTheFirstASecondAfterItOpened() {
        InstanceBreaker breaker = open(1);
        pass(Duration.ofMillis(999));
        assertThat(breaker.probeable(now)).isFalse();
        assertThat(breaker.tryAcquire(true)).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(breaker.probeable(now)).isTrue();
        assertThat(breaker.tryAcquire(true)).isTrue();
        assertThat(breaker.tryAcquire(true)).isFalse();
        breaker.onFailure(1, new Exception());

        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.probeable(now)).isFalse();
        pass(Duration.ofSeconds(1));
        assertThat(breaker.tryAcquire(true)).isTrue();
        breaker.onSuccess(1);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aClosedBreakerNeedsNoProbe() {
        InstanceBreaker breaker = breaker(5, 1);

        assertThat(breaker.probeable(now)).isFalse();
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
    void lateResultsOfAttemptsBegunBeforeItOpenedChangeNothingWhileItIsOpen() {
        InstanceBreaker breaker = breaker(1, 1);
        assertThat(breaker.tryAcquire(false)).isTrue();
        assertThat(breaker.tryAcquire(false)).isTrue();
        fail(breaker);
        long wait = breaker.waitNanos(now);
        breaker.onFailure(1, new Exception());
        breaker.onSuccess(1);

        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.waitNanos(now)).isEqualTo(wait);
    }
}
