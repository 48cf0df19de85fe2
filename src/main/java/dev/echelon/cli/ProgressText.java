package dev.echelon.cli;

import dev.echelon.ingress.files.BatchProgress;
import java.time.Duration;
import java.util.Locale;

/** How far a batch is, for people to read. */
final class ProgressText {

    private static final int BAR = 30;

    private final long total;

    /** @param total requests in the file */
    ProgressText(long total) {
        this.total = total;
    }

    /** {@code [#########.....................] 600/2000 30 %, 41.2/s, 0:34 left, 3 failed}. */
    String bar(BatchProgress progress, Duration since) {
        int full = (int) (BAR * share(progress));
        return "[" + "#".repeat(full) + ".".repeat(BAR - full) + "] " + line(progress, since);
    }

    /** {@code 600/2000 30 %, 41.2/s, 0:34 left, 3 failed}; {@code -:-- left} while nobody can know. */
    String line(BatchProgress progress, Duration since) {
        double rate = rate(progress, since);
        String left = rate > 0 ? clock((long) Math.ceil((total - progress.done()) / rate)) : "-:--";
        return String.format(
                Locale.ROOT,
                "%d/%d %d %%, %.1f/s, %s left, %d failed%s",
                progress.done(),
                total,
                (int) (100 * share(progress)),
                rate,
                left,
                progress.failed(),
                progress.waiting() == null ? "" : ", waiting: " + progress.waiting());
    }

    /** What became of the batch, or of this part of it. */
    String summary(BatchProgress progress, Duration since) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d of %d prompts done: %d answered",
                progress.done(),
                total,
                progress.answered() + progress.earlier()));
        if (progress.earlier() > 0) {
            text.append(" (").append(progress.earlier()).append(" by an earlier run)");
        }
        text.append(", ").append(progress.failed()).append(" failed");
        if (progress.repeated() > 0) {
            text.append(", ").append(progress.repeated()).append(" left out, their custom_id had come before");
        }
        return text.append(String.format(Locale.ROOT, "; %s, %.1f/s", clock(since.toSeconds()), rate(progress, since)))
                .toString();
    }

    private double share(BatchProgress progress) {
        return total == 0 ? 1 : Math.min(1, (double) progress.done() / total);
    }

    private static double rate(BatchProgress progress, Duration since) {
        return (progress.answered() + progress.failed()) / Math.max(0.001, since.toNanos() / 1e9);
    }

    private static String clock(long seconds) {
        return seconds < 3_600
                ? "%d:%02d".formatted(seconds / 60, seconds % 60)
                : "%d:%02d:%02d".formatted(seconds / 3_600, seconds / 60 % 60, seconds % 60);
    }
}
