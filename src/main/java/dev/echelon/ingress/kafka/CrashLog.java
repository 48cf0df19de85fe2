package dev.echelon.ingress.kafka;

import dev.echelon.ingress.LockedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers on disk during which deliveries the process died. A line is written when one is begun, when it only waits, and when
 * it ends; what was under way when the file is opened again was so in a crash, be it on a thread of ours or at its model: what
 * ends a process does so at any step. Written through the operating system's cache, which outlives the process. Where the disk
 * fails, prompts go on and are not counted. Thread-safe.
 */
final class CrashLog implements AutoCloseable {

    /** Deaths after which a prompt is one of few that may be to blame. */
    static final int SUSPECT = 2;

    /** Deaths after which it is to blame. */
    static final int GUILTY = 3;

    private static final Logger LOG = LoggerFactory.getLogger(CrashLog.class);
    private static final long COMPACT_BYTES = 4L * 1024 * 1024;
    private static final int MOST_ENTRIES = 10_000;

    /** The first line. Files without it count in another way. */
    private static final String FORMAT = "deaths-1";

    private static final String BEGUN = "+";
    private static final String RESTS = "!";
    private static final String ENDED = "-";

    /** Of deliveries that are not over. */
    private final Map<String, Integer> deaths = new HashMap<>();

    private final Set<String> open = new HashSet<>();

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
            FileChannel file = LockedFile.open(path);
            if (file == null) {
                LOG.warn("{} is another process's: prompts that end this one are not counted", path);
                return log;
            }
            log.file = file;
            log.read(path, Files.readAllLines(path, StandardCharsets.UTF_8));
            log.compact();
        } catch (IOException e) {
            LOG.warn("{} cannot be used: prompts that end the process are not counted", path, e);
        }
        return log;
    }

    private void read(Path path, List<String> lines) {
        if (!lines.isEmpty() && !lines.get(0).equals(FORMAT)) {
            LOG.warn("{} is not in the format of this version: its counts are not used", path);
            return;
        }
        lines.forEach(this::read);
        open.forEach(id -> deaths.merge(id, 1, Integer::sum));
        if (open.stream().anyMatch(id -> deaths(id) == GUILTY)) {
            // that one ended the process: those that were with it need not be suspects
            deaths.replaceAll((id, count) -> count < GUILTY ? 1 : count);
        }
        open.clear();
        if (deaths.size() > MOST_ENTRIES) {
            deaths.clear();
        }
    }

    private void read(String line) {
        String[] parts = line.split(" ", 3);
        if (parts.length < 3 || !parts[1].matches("\\d{1,3}")) {
            return;
        }
        String id = parts[2];
        int count = Integer.parseInt(parts[1]);
        if (parts[0].equals(BEGUN)) {
            open.add(id);
        } else {
            open.remove(id);
        }
        if (count > 0 && !parts[0].equals(ENDED)) {
            deaths.put(id, count);
        } else {
            deaths.remove(id);
        }
    }

    /** How often the process died while it was under way. */
    synchronized int deaths(String id) {
        return deaths.getOrDefault(id, 0);
    }

    synchronized void begin(String id) {
        if (open.add(id)) {
            write(BEGUN, id);
        }
    }

    /** It is not over, but nothing is done about it for a while that could end the process. */
    synchronized void rest(String id) {
        if (open.remove(id)) {
            write(deaths(id) == 0 ? ENDED : RESTS, id);
        }
    }

    synchronized void end(String id) {
        if (open.remove(id) || deaths.containsKey(id)) {
            write(ENDED, id);
            deaths.remove(id);
        }
    }

    /** The process stops of its own will: nothing that is under way has ended it. */
    synchronized void restAll() {
        List.copyOf(open).forEach(this::rest);
    }

    private void write(String what, String id) {
        FileChannel channel = file;
        if (channel == null) {
            return;
        }
        try {
            append(channel, line(what, id));
            if (channel.position() > COMPACT_BYTES) {
                compact();
            }
        } catch (IOException e) {
            LOG.warn("prompts that end the process are no longer counted", e);
            close();
        }
    }

    private String line(String what, String id) {
        return what + " " + deaths(id) + " " + id + "\n";
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
        StringBuilder text = new StringBuilder(FORMAT).append('\n');
        deaths.keySet().stream().filter(id -> !open.contains(id)).forEach(id -> text.append(line(RESTS, id)));
        open.forEach(id -> text.append(line(BEGUN, id)));
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
