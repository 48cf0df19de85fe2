package dev.echelon.ingress.kafka;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers on disk during which deliveries the process died. A line is written when one is begun, when it only waits, when it
 * is worked on again and when it ends; what has not ended when the file is opened again was under way in a crash. Few are
 * worked on at the same moment, hundreds may wait for their models: those are blamed less. Written through the operating
 * system's cache, which outlives the process. Where the disk fails, prompts go on and are not blamed. Thread-safe.
 */
final class CrashLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CrashLog.class);
    private static final long COMPACT_BYTES = 4L * 1024 * 1024;
    private static final int MOST_ENTRIES = 10_000;
    private static final String RESTS = "!";
    private static final String ENDED = "-";

    /** Of deliveries that are not over. */
    private final Map<String, Integer> blame = new HashMap<>();

    private final Map<String, State> open = new HashMap<>();

    /** Of what is under way. */
    private enum State {
        BEGUN("+", 2),
        WAITS("~", 1),
        RESUMED("*", 2);

        private final String sign;
        /** What a crash now would add to its blame. */
        private final int points;

        State(String sign, int points) {
            this.sign = sign;
            this.points = points;
        }

        static @Nullable State of(String sign) {
            return Arrays.stream(values())
                    .filter(it -> it.sign.equals(sign))
                    .findFirst()
                    .orElse(null);
        }
    }

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
            State state = State.of(parts[0]);
            if (state != null) {
                open.put(id, state);
            } else {
                open.remove(id);
            }
            if (state != null || parts[0].equals(RESTS)) {
                blame.put(id, Integer.parseInt(parts[1]));
            } else {
                blame.remove(id);
            }
        }
        if (open.size() == 1) {
            // it was alone, so it is to blame, and those that were with it before are not
            blame.replaceAll((id, points) -> Math.min(points, open.containsKey(id) ? points : State.WAITS.points));
        }
        open.forEach((id, state) -> blame.merge(id, state.points, Integer::sum));
        open.clear();
        blame.values().removeIf(points -> points == 0);
        if (blame.size() > MOST_ENTRIES) {
            blame.clear();
        }
    }

    /** Two for each time that the process died while it was worked on, one for each while it waited for its model. */
    synchronized int blame(String id) {
        return blame.getOrDefault(id, 0);
    }

    synchronized void begin(String id) {
        enter(id, State.BEGUN);
    }

    /** A model has it now; nothing is done about it here. */
    synchronized void waits(String id) {
        // unless the model was so fast that it is worked on again
        if (open.get(id) == State.BEGUN) {
            enter(id, State.WAITS);
        }
    }

    /** It is worked on again. */
    synchronized void resume(String id) {
        if (open.containsKey(id)) {
            enter(id, State.RESUMED);
        }
    }

    private void enter(String id, State state) {
        open.put(id, state);
        write(state.sign, id);
    }

    /** It is not over, but nothing is done about it for a while that could end the process. */
    synchronized void rest(String id) {
        if (open.remove(id) != null) {
            write(blame(id) == 0 ? ENDED : RESTS, id);
        }
    }

    synchronized void end(String id) {
        if (open.remove(id) != null || blame.containsKey(id)) {
            write(ENDED, id);
            blame.remove(id);
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
        return what + " " + blame(id) + " " + id + "\n";
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
        blame.keySet().stream().filter(id -> !open.containsKey(id)).forEach(id -> text.append(line(RESTS, id)));
        open.forEach((id, state) -> text.append(line(state.sign, id)));
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
