package dev.echelon.ingress.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where files are on their way, and the moves between. Each move is atomic, and after a crash between any two of them the
 * next start goes on: answers grow in {@code outbox/.work/NAME.DIGEST}, get {@code .complete} when they are, then the
 * input goes to {@code inbox/.done}, then the answers to {@code outbox}. Nothing there is ever overwritten: a second
 * {@code a.jsonl} becomes {@code a-2.jsonl}.
 */
final class InboxFolders {

    private static final String COMPLETE = ".complete";
    private static final Pattern COMPLETED = Pattern.compile("(.+)\\.([0-9a-f]{16})\\.complete");

    private final Path inbox;
    private final Path outbox;
    private final Path work;

    InboxFolders(Path inbox, Path outbox) {
        this.inbox = inbox;
        this.outbox = outbox;
        this.work = outbox.resolve(".work");
    }

    void make() throws IOException {
        Files.createDirectories(inbox);
        Files.createDirectories(work);
    }

    /** Answers in the making. */
    Path work(InboxFile input) {
        return work.resolve(input.name() + "." + input.digest());
    }

    /** All answers there will be. */
    Path complete(InboxFile input) {
        return work.resolve(input.name() + "." + input.digest() + COMPLETE);
    }

    void markComplete(InboxFile input) throws IOException {
        move(work(input), complete(input));
    }

    /**
     * Puts a complete file's input and answers where they belong. An input that is another one by now stays.
     *
     * @return where the answers are
     */
    Path finish(InboxFile input) throws IOException {
        if (input.isUnchanged()) {
            move(input.path(), free(Files.createDirectories(inbox.resolve(".done")), input.name()));
        }
        return publish(complete(input), input.name());
    }

    /** Puts an input that is none aside, with the reason beside it in {@code NAME.reason.txt}. */
    Path fail(Path input, String reason) throws IOException {
        Path aside = free(
                Files.createDirectories(inbox.resolve(".failed")),
                input.getFileName().toString());
        Files.writeString(aside.resolveSibling(aside.getFileName() + ".reason.txt"), reason + "\n");
        move(input, aside);
        return aside;
    }

    /** Publishes complete answers whose input has gone to {@code .done}. */
    void publishLeft() throws IOException {
        publish(found -> !Files.exists(inbox.resolve(found.group(1))));
    }

    /** Publishes complete answers to an earlier file of this name. */
    void publishEarlier(InboxFile input) throws IOException {
        publish(found -> found.group(1).equals(input.name()) && !found.group(2).equals(input.digest()));
    }

    private void publish(Predicate<Matcher> which) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(work)) {
            files = all.toList();
        }
        for (Path file : files) {
            Matcher found = COMPLETED.matcher(file.getFileName().toString());
            if (found.matches() && which.test(found)) {
                publish(file, found.group(1));
            }
        }
    }

    private Path publish(Path complete, String name) throws IOException {
        Path published = free(outbox, name);
        move(complete, published);
        return published;
    }

    private static Path free(Path folder, String name) {
        int dot = name.lastIndexOf('.');
        String stem = dot > 0 ? name.substring(0, dot) : name;
        String ending = dot > 0 ? name.substring(dot) : "";
        Path free = folder.resolve(name);
        for (int i = 2; Files.exists(free); i++) {
            free = folder.resolve(stem + "-" + i + ending);
        }
        return free;
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }
}
