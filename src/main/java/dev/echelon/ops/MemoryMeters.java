package dev.echelon.ops;

import dev.echelon.domain.HeapGate;
import dev.echelon.route.Gateway;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/**
 * Memory of the process, in and beside the heap, and what is shed of it. Netty takes its buffers from the system by itself:
 * the JVM's own figure of direct memory ({@code jvm.buffer.memory.used}) knows nothing of them.
 */
final class MemoryMeters {

    private static final String HEAP = "heap";
    private static final String DIRECT = "direct";

    private MemoryMeters() {}

    static void bind(MeterRegistry registry, Gateway gateway) {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        MetricNames.MEMORY_USED.gauge(
                registry, () -> memory.getHeapMemoryUsage().getUsed(), HEAP);
        MetricNames.MEMORY_USED.gauge(registry, MemoryMeters::direct, DIRECT);
        MetricNames.MEMORY_LIMIT.gauge(
                registry, () -> memory.getHeapMemoryUsage().getMax(), HEAP);
        MetricNames.MEMORY_LIMIT.gauge(registry, PlatformDependent::maxDirectMemory, DIRECT);
        MetricNames.HEAP_COLLECTED.gauge(registry, gateway.heap()::lastUse);
        HeapGate heap = gateway.heap();
        for (HeapGate.Stage stage : HeapGate.Stage.values()) {
            if (stage != HeapGate.Stage.NOTHING) {
                MetricNames.MEMORY_PRESSURE.gauge(
                        registry, () -> heap.stage().compareTo(stage) >= 0 ? 1 : 0, Words.shed(stage));
            }
        }
    }

    private static long direct() {
        long used = Math.max(0, PlatformDependent.usedDirectMemory());
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            used += pool.getName().equals(DIRECT) ? Math.max(0, pool.getMemoryUsed()) : 0;
        }
        return used;
    }
}
