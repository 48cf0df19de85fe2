package dev.echelon.domain;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * Holds an immutable value that is swapped as a whole, never null. Thread-safe.
 *
 * @param <T> a value type
 */
public final class Cell<T> {

    private final AtomicReference<T> value;

    public Cell(T initial) {
        this.value = new AtomicReference<>(Objects.requireNonNull(initial, "initial"));
    }

    public T get() {
        return Objects.requireNonNull(value.get());
    }

    /** Swaps the very object {@code seen} for another; false when it is no longer there. */
    public boolean swap(T seen, T next) {
        return value.compareAndSet(seen, next);
    }

    /** Swaps the value for what the function makes of it, and returns that; the function may run more than once. */
    public T update(UnaryOperator<T> change) {
        while (true) {
            T seen = get();
            T next = change.apply(seen);
            if (value.compareAndSet(seen, next)) {
                return next;
            }
        }
    }
}
