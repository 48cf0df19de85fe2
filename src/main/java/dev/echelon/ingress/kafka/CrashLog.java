package dev.echelon.ingress.kafka;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts on disk during which deliveries the process died. A line is written when one begins and when it ends; what has
 * begun and not ended when the file is opened again was under way in a crash. Written through the operating system's
 * cache, which outlives the process. Where the disk fails, prompts go on and are not counted. Thread-safe.
 */
final class CrashLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CrashLog.class);
    private static final long COMPACT_BYTES = 4L * 1024 * 1024;
    private static final int MOST_ENTRIES = 10_000;
    private static final String BEGUN = "+";
    private static final String RESTS = "!";
    private static final String ENDED = "-";

    /** How often the process died during a delivery that is not over. */
    private final Map<String, Integer> crashes = new HashMap<>();

    private final Map<String, Boolean> open = new HashMap<>();

    @Nullable
    private FileChannel file;

    private CrashLog() {}

    /** Opens the log, or makes it; one process can have it. */
    static CrashLog open(Path path) {
        CrashLog log = new CrashLog();
        try {
            Path folder = path.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            FileChannel file = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!locked(file)) {
                file.close();
                LOG.warn("{} is another process's: prompts that end this one are not counted", path);
                return log;
            }
            log.file = file;
            log.read(Files.readAllLines(path, StandardCharsets.UTF_8));
            log.compact();
        } catch (IOException e) {
            LOG.warn("{} cannot be used: prompts that end the process are not counted", path, e);
        }
        return log;
    }

    private static boolean locked(FileChannel file) throws IOException {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private void read(List<String> lines) {
        for (String line : lines) {
            String[] parts = line.split(" ", 3);
            if (parts.length < 3 || !parts[1].matches("\\d{1,3}")) {
                continue;
            }
            String id = parts[2];
            switch (parts[0]) {
                case BEGUN -> {
                    open.put(id, true);
                    crashes.put(id, Integer.parseInt(parts[1]));
                }
                case RESTS -> {
                    open.remove(id);
                    crashes.put(id, Integer.parseInt(parts[1]));
                }
                default -> {
                    open.remove(id);
                    crashes.remove(id);
                }
            }
        }
        if (open.size() == 1) {
            // it was alone, so it is to blame, and those that were with it before are not
            crashes.replaceAll((id, count) -> Math.min(count, open.containsKey(id) ? count : 1));
        }
        open.keySet().forEach(id -> crashes.merge(id, 1, Integer::sum));
        open.clear();
        crashes.values().removeIf(count -> count == 0);
        if (crashes.size() > MOST_ENTRIES) {
            crashes.clear();
        }
    }

    /** How often the process has died during this delivery. */
    synchronized int crashes(String id) {
        return crashes.getOrDefault(id, 0);
    }

    synchronized void begin(String id) {
        open.put(id, true);
        write(BEGUN, id);
    }

    /** It is not over, but nothing is done about it for a while that could end the process. */
    synchronized void rest(String id) {
        if (open.remove(id) != null) {
            write(crashes(id) == 0 ? ENDED : RESTS, id);
        }
    }

    synchronized void end(String id) {
        if (open.remove(id) != null || crashes.containsKey(id)) {
            write(ENDED, id);
            crashes.remove(id);
        }
    }

    /** The process stops of its own will: nothing that is under way has ended it. */
    synchronized void restAll() {
        List.copyOf(open.keySet()).forEach(this::rest);
    }

    private void write(String what, String id) {
        FileChannel channel = file;
        if (channel == null) {
            return;
        }
        try {
            append(channel, what + " " + crashes(id) + " " + id + "\n");
            if (channel.position() > COMPACT_BYTES) {
                compact();
            }
        } catch (IOException e) {
            LOG.warn("prompts that end the process are no longer counted", e);
            close();
        }
    }

    private static void append(FileChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private void compact() throws IOException {
        FileChannel channel = file;
        if (channel == null) {
            return;
        }
        StringBuilder text = new StringBuilder();
        crashes.forEach((id, count) -> {
            if (!open.containsKey(id)) {
                text.append(RESTS + " ").append(count).append(' ').append(id).append('\n');
            }
        });
        open.keySet().forEach(id -> text.append(BEGUN + " ")
                .append(crashes(id))
                .append(' ')
                .append(id)
                .append('\n'));
        channel.truncate(0);
        channel.position(0);
        append(channel, text.toString());
    }

    @Override
    public synchronized void close() {
        FileChannel channel = file;
        file = null;
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("closing the crash log", e);
            }
        }
    }
}
