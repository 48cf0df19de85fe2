package dev.echelon.route;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleConsumer;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells after each collection of the old generation how full it is. Only what survived counts: between collections every
 * heap is full of garbage.
 */
final class HeapWatch implements HeapUse.Watch {

    private static final Logger LOG = LoggerFactory.getLogger(HeapWatch.class);

    private final DoubleConsumer told;
    private final List<MemoryPoolMXBean> pools;
    private final NotificationListener listener = this::collected;
    private double last = -1;

    /** @param told use of the old generation, 0 to 1; called on a thread of the JVM's */
    HeapWatch(DoubleConsumer told) {
        this.told = told;
        this.pools = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && livesLong(pool.getName()))
                .toList();
        emitters().forEach(emitter -> emitter.addNotificationListener(listener, null, null));
    }

    private static boolean livesLong(String pool) {
        String name = pool.toLowerCase(Locale.ROOT);
        return !name.contains("eden") && !name.contains("survivor") && !name.contains("young");
    }

    private static List<NotificationEmitter> emitters() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .filter(NotificationEmitter.class::isInstance)
                .map((GarbageCollectorMXBean bean) -> (NotificationEmitter) bean)
                .toList();
    }

    private synchronized void collected(Notification notification, @Nullable Object nothing) {
        double use = use();
        // a collection of young objects alone leaves the figure as it was
        if (use >= 0 && use != last) {
            last = use;
            told.accept(use);
        }
    }

    private double use() {
        double fullest = -1;
        for (MemoryPoolMXBean pool : pools) {
            MemoryUsage survived = pool.getCollectionUsage();
            if (survived != null && survived.getMax() > 0) {
                fullest = Math.max(fullest, (double) survived.getUsed() / survived.getMax());
            }
        }
        return fullest;
    }

    @Override
    public void close() {
        for (NotificationEmitter emitter : emitters()) {
            try {
                emitter.removeNotificationListener(listener);
            } catch (ListenerNotFoundException e) {
                LOG.debug("a collector without a listener", e);
            }
        }
    }
}
