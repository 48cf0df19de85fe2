package dev.echelon.route;

import java.util.function.DoubleConsumer;

/** Where a gateway learns how full garbage collections leave the heap: of the JVM, unless its owner knows better. */
@FunctionalInterface
public interface HeapUse {

    /** The JVM's own collections. */
    HeapUse OF_THE_JVM = HeapWatch::new;

    /**
     * Tells of each collection of the old generation from now on.
     *
     * @param told use of the old generation, 0 to 1; called on any thread
     */
    Watch watch(DoubleConsumer told);

    /** Tells until it is closed. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
