package dev.echelon.ingress.files;

import dev.echelon.ingress.LockedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/**
 * The answers of a batch, one a line, appended as they come. An existing file is gone on with: what is answered in it
 * stays, a last line that was cut off goes, and so do failures, which are to be asked again. One process at a time has it.
 */
public final class AnswerFile implements AutoCloseable {

    /** Bytes of a line: more than any answer that is taken from an upstream. */
    private static final int MAX_LINE = 128 * 1024 * 1024;

    private final FileChannel channel;
    private final Set<String> answered;

    private AnswerFile(FileChannel channel, Set<String> answered) {
        this.channel = channel;
        this.answered = answered;
    }

    /** @throws IOException with a message for people, when it is no answer file or another process has it */
    public static AnswerFile open(Path file) throws IOException {
        FileChannel channel = locked(file);
        try {
            Found found = scan(file);
            if (found.toDrop() > 0) {
                Path kept = file.resolveSibling(file.getFileName() + ".tmp");
                copyAnswered(file, kept);
                channel.close();
                Files.move(kept, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                channel = locked(file);
            } else {
                channel.truncate(found.end());
            }
            channel.position(channel.size());
            return new AnswerFile(channel, found.answered());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Whether the request was answered before; says so once. */
    boolean takeAnswered(String customId) {
        return answered.remove(customId);
    }

    /** @param line without its end */
    void append(byte[] line) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n');
        bytes.flip();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Returns when everything is on disk. */
    public void force() throws IOException {
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /**
     * What is in a file.
     *
     * @param toDrop whole lines that do not stay
     * @param end after the last whole line, in bytes
     */
    private record Found(Set<String> answered, long toDrop, long end) {}

    private static Found scan(Path file) throws IOException {
        Set<String> answered = new HashSet<>();
        long toDrop = 0;
        long end = 0;
        try (LineReader lines = LineReader.of(file, MAX_LINE)) {
            for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
                AnswerLine answer = line.ended() ? AnswerLine.read(line.bytes()) : null;
                boolean ours = line.ended() ? answer != null : AnswerLine.mayBegin(line.bytes());
                // nobody's essay is to be overwritten; further on, a line that is none was spoilt by a crash
                if (end == 0 && !ours) {
                    throw new IOException(file + " exists and does not hold answers of a batch: choose another file");
                }
                if (line.ended()) {
                    toDrop += answer != null && answer.answered() && answered.add(answer.customId()) ? 0 : 1;
                    end = line.end();
                }
            }
        }
        return new Found(answered, toDrop, end);
    }

    private static void copyAnswered(Path from, Path to) throws IOException {
        Set<String> copied = new HashSet<>();
        try (LineReader lines = LineReader.of(from, MAX_LINE);
                FileChannel out = FileChannel.open(
                        to,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            AnswerFile kept = new AnswerFile(out, copied);
            for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
                AnswerLine answer = line.ended() ? AnswerLine.read(line.bytes()) : null;
                if (answer != null && answer.answered() && copied.add(answer.customId())) {
                    kept.append(line.bytes());
                }
            }
            kept.force();
        }
    }

    private static FileChannel locked(Path file) throws IOException {
        FileChannel channel = LockedFile.open(file);
        if (channel == null) {
            throw new IOException("another process is writing " + file);
        }
        return channel;
    }
}
