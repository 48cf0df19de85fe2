package dev.echelon.ingress.files;

import java.time.Duration;

/**
 * How many requests to have with the models at once: as many as allowed, until they are refused for want of room; then
 * half as many, and with every answer a little more again.
 */
final class Window {

    private static final long BETWEEN_CUTS = Duration.ofSeconds(1).toNanos();

    private final int most;
    private double size;
    private long lastCut;
    private boolean cut;

    Window(int most) {
        this.most = most;
        this.size = most;
    }

    int size() {
        return (int) size;
    }

    void answered() {
        size = Math.min(most, size + 1 / size);
    }

    /** Refusals that come together are one. */
    void refused(long now) {
        if (!cut || now - lastCut >= BETWEEN_CUTS) {
            size = Math.max(1, size / 2);
            lastCut = now;
            cut = true;
        }
    }
}
