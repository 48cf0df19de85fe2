package dev.echelon.route;

import dev.echelon.domain.ConcurrencyLimit;
import dev.echelon.domain.InstanceStates.Condition;
import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.Lane;
import dev.echelon.domain.RateLimit;
import java.time.Duration;

/**
 * What the instances of one echelon share.
 *
 * @param rpmReserve attempts of each minute that are not for the batch lane
 */
record EchelonLimits(ConcurrencyLimit concurrency, RateLimit rpm, int rpmReserve) {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final long LOOK_AGAIN = Duration.ofSeconds(1).toNanos();

    /** @param batchShare of both limits that the batch lane may use, 0 to 1; one of each it may in any case */
    static EchelonLimits of(int concurrency, int rpm, double batchShare) {
        boolean unlimited = rpm == Integer.MAX_VALUE;
        return new EchelonLimits(
                new ConcurrencyLimit(concurrency, Math.max(1, (int) Math.floor(concurrency * batchShare))),
                unlimited ? RateLimit.NONE : RateLimit.slidingWindow(MINUTE, rpm),
                unlimited ? 0 : Math.min(rpm - 1, (int) Math.ceil(rpm * (1 - batchShare))));
    }

    /** What stands in a lane's way now. */
    Condition condition(Lane lane, long now) {
        long minute = rpmWait(lane, now);
        if (minute > 0) {
            return Condition.blocked(Obstacle.RPM, minute);
        }
        return concurrency.hasRoom(lane) ? Condition.READY : Condition.blocked(Obstacle.CONCURRENCY, 0);
    }

    /** Takes one attempt of this minute. */
    boolean tryRpm(Lane lane, long now) {
        return rpmWait(lane, now) == 0 && rpm.tryAcquire(now) == 0;
    }

    private long rpmWait(Lane lane, long now) {
        long wait = rpm.waitNanos(now);
        return wait == 0 && lane == Lane.BATCH && rpm.left(now) <= rpmReserve && rpmReserve > 0 ? LOOK_AGAIN : wait;
    }

    EchelonStatus status(String echelon, long now) {
        return new EchelonStatus(
                echelon, concurrency.inUse(), concurrency.limit(), concurrency.queued(), rpm.left(now));
    }
}
