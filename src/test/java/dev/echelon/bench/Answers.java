package dev.echelon.bench;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Callers that ask again as soon as they have an answer, until they are told to stop; counts what comes meanwhile. */
final class Answers implements Caller.Listener {

    private final LongAdder good = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final Histogram times = new ConcurrentHistogram(3);
    private final AtomicBoolean stopped = new AtomicBoolean();

    @Override
    public void connected(Caller caller) {
        caller.send();
    }

    @Override
    public void answered(Caller caller, boolean wasGood, long nanos) {
        (wasGood ? good : errors).increment();
        times.recordValue(nanos);
        if (!stopped.get()) {
            caller.send();
        }
    }

    @Override
    public void broken(Throwable cause) {
        if (!stopped.get()) {
            errors.increment();
        }
    }

    /** No caller asks again. */
    void stop() {
        stopped.set(true);
    }

    long good() {
        return good.sum();
    }

    long errors() {
        return errors.sum();
    }

    /** Times in nanoseconds, of all answers since the last reset. */
    Histogram times() {
        return times;
    }
}
