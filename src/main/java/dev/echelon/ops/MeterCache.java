package dev.echelon.ops;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Meters that are made when they are first needed and found without garbage after that. Thread-safe. */
final class MeterCache<K, V> {

    private final Map<K, V> made = new ConcurrentHashMap<>();
    private final Function<K, V> make;

    MeterCache(Function<K, V> make) {
        this.make = make;
    }

    V get(K key) {
        V known = made.get(key);
        return known != null ? known : made.computeIfAbsent(key, make);
    }
}
