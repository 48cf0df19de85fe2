package dev.echelon.ingress.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One dropped file on its way. Everything but {@link #stop} happens on the inbox's thread. */
final class InboxJob {

    private static final Logger LOG = LoggerFactory.getLogger(InboxJob.class);

    private final Path path;
    private final InboxFolders folders;
    private final Consumer<InboxJob> ended;

    @Nullable
    private volatile Batch batch;

    private volatile boolean stopped;

    /** @param ended called once, when nothing more happens with the file for now */
    InboxJob(Path path, InboxFolders folders, Consumer<InboxJob> ended) {
        this.path = path;
        this.folders = folders;
        this.ended = ended;
    }

    /** Makes the batch; its files are closed by the caller. */
    @FunctionalInterface
    interface Maker {
        Batch make(BatchLines lines, AnswerFile answers) throws IOException;
    }

    void begin(Maker maker) {
        try {
            InboxFile input = input();
            if (input == null) {
                end();
                return;
            }
            folders.publishEarlier(input);
            if (Files.exists(folders.complete(input))) {
                finish(input);
                end();
            } else {
                run(input, maker);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} stays in the inbox and is tried again", path, e);
            end();
        }
    }

    /** No further request is sent. */
    void stop() {
        stopped = true;
        Batch running = batch;
        if (running != null) {
            running.stop();
        }
    }

    /** {@code null} when it is no batch, and has been put aside, or is gone. */
    @Nullable
    private InboxFile input() throws IOException {
        String reason;
        try {
            reason = whatIsWrong();
            if (reason == null) {
                return InboxFile.read(path);
            }
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            reason = "it cannot be read (" + e.getClass().getSimpleName() + ")";
        }
        LOG.warn("{} is put aside as {}: {}", path, folders.fail(path, reason), reason);
        return null;
    }

    @Nullable
    private String whatIsWrong() throws IOException {
        try (LineReader lines = LineReader.of(path, BatchLines.MAX_LINE)) {
            LineReader.Line line = lines.next();
            byte[] first = line == null ? new byte[0] : BatchLines.withoutMark(line.bytes());
            while (line != null && line.isBlank()) {
                line = lines.next();
                first = line == null ? first : line.bytes();
            }
            if (line == null) {
                return "it holds no requests";
            }
            return BatchLines.isObject(first) ? null : "its first line is not a JSON object";
        }
    }

    private void run(InboxFile input, Maker maker) throws IOException {
        AnswerFile answers = AnswerFile.open(folders.work(input));
        try {
            run(input, maker, BatchLines.of(path, false), answers);
        } catch (IOException | RuntimeException e) {
            answers.close();
            throw e;
        }
    }

    private void run(InboxFile input, Maker maker, BatchLines lines, AnswerFile answers) throws IOException {
        Batch made;
        try {
            made = maker.make(lines, answers);
        } catch (IOException | RuntimeException e) {
            lines.close();
            throw e;
        }
        batch = made;
        made.start(failure -> {
            try (answers;
                    lines) {
                if (failure != null) {
                    throw failure;
                }
                answers.force();
                if (made.progress().complete()) {
                    folders.markComplete(input);
                    finish(input);
                }
            } catch (Exception e) {
                LOG.warn("{} stays in the inbox and is tried again", path, e);
            }
            end();
        });
        if (stopped) {
            made.stop();
        }
    }

    private void finish(InboxFile input) throws IOException {
        Path published = folders.finish(input);
        Batch made = batch;
        BatchProgress progress = made == null ? BatchProgress.NONE : made.progress();
        LOG.info(
                "{} is answered in {}: {} answered, {} failed, {} left out as repeated",
                input.name(),
                published,
                progress.answered() + progress.earlier(),
                progress.failed(),
                progress.repeated());
    }

    private void end() {
        ended.accept(this);
    }
}
