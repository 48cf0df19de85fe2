package dev.echelon.route;

import dev.echelon.domain.ConcurrencyLimit;
import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Scheduler;
import dev.echelon.domain.Step;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.jspecify.annotations.Nullable;

/**
 * The door of an instance: takes a permit of its echelon's concurrency, queueing for it when the walk allows that, and
 * one of its rpm. The permit is held by the attempt and goes back when that ends.
 */
final class Admission extends AsyncProcessorSupport {

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Call call = Call.of(exchange);
        Step.Attempt attempt = call.current();
        EchelonLimits limits = call.run().state().limits();
        if (limits.concurrency().tryAcquire(call.lane())) {
            admitted(exchange, call, limits);
            callback.done(true);
            return true;
        }
        if (attempt.queueNanos() > 0 && new Queued(exchange, call, limits, callback).enqueue(attempt.queueNanos())) {
            return false;
        }
        saturated(exchange);
        callback.done(true);
        return true;
    }

    private static void admitted(Exchange exchange, Call call, EchelonLimits limits) {
        if (!limits.tryRpm(call.lane(), call.ticker().nanos())) {
            limits.concurrency().release(0);
            saturated(exchange);
        } else {
            long since = call.ticker().nanos();
            call.run().hold(() -> limits.concurrency().release(call.ticker().nanos() - since));
        }
    }

    private static void saturated(Exchange exchange) {
        exchange.setException(ModelFailure.of(FailureKind.SATURATED, "the echelon is at its limits"));
    }

    /** An exchange that waits for a permit: granted, out of patience, or left by its caller, whichever is first. */
    private static final class Queued {

        private final Exchange exchange;
        private final Call call;
        private final EchelonLimits limits;
        private final AsyncCallback callback;
        private Scheduler.Timer timer = Scheduler.Timer.NONE;
        private boolean over;

        private ConcurrencyLimit.@Nullable Place place;

        Queued(Exchange exchange, Call call, EchelonLimits limits, AsyncCallback callback) {
            this.exchange = exchange;
            this.call = call;
            this.limits = limits;
            this.callback = callback;
        }

        /** False when the queue is full. */
        boolean enqueue(long nanos) {
            place = limits.concurrency()
                    .enqueue(call.lane(), nanos, () -> call.scheduler().schedule(0, () -> leave(true)));
            if (place == null) {
                return false;
            }
            timer = call.scheduler().schedule(nanos, () -> leave(false));
            call.cancellation().onCancel(() -> call.scheduler().schedule(0, () -> leave(false)));
            return true;
        }

        private void leave(boolean granted) {
            if (over) {
                return;
            }
            // a permit that was granted while the patience ran out is ours all the same
            boolean permit = granted || (place != null && !place.leave());
            over = true;
            timer.cancel();
            if (permit) {
                admitted(exchange, call, limits);
            } else {
                saturated(exchange);
            }
            callback.done(false);
        }
    }
}
