package dev.echelon.ingress.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start finds after a crash between any two moves. */
class InboxFoldersTest {

    @TempDir
    private Path folder;

    private Path inbox = Path.of("unset");
    private Path outbox = Path.of("unset");
    private InboxFolders folders = new InboxFolders(inbox, outbox);

    @BeforeEach
    void make() throws IOException {
        inbox = folder.resolve("inbox");
        outbox = folder.resolve("outbox");
        folders = new InboxFolders(inbox, outbox);
        folders.make();
    }

    @Test
    void completeAnswersWhoseInputIsDoneArePublishedByTheNextStart() throws IOException {
        InboxFile input = answered("a.jsonl", "one");
        folders.markComplete(input);
        Files.delete(input.path());

        folders.publishLeft();

        assertThat(outbox.resolve("a.jsonl")).hasContent("answers to one");
        assertThat(folders.complete(input)).doesNotExist();
    }

    @Test
    void completeAnswersWhoseInputIsStillThereWaitForIt() throws IOException {
        InboxFile input = answered("a.jsonl", "one");
        folders.markComplete(input);

        folders.publishLeft();
        assertThat(outbox.resolve("a.jsonl")).doesNotExist();

        InboxFile again = InboxFile.read(input.path());
        assertThat(folders.complete(again)).exists();
        assertThat(folders.finish(again)).isEqualTo(outbox.resolve("a.jsonl"));
        assertThat(inbox.resolve(".done/a.jsonl")).hasContent("one");
    }

    @Test
    void answersInTheMakingAreNotPublished() throws IOException {
        InboxFile input = answered("a.jsonl", "one");
        Files.delete(input.path());

        folders.publishLeft();

        assertThat(outbox.resolve("a.jsonl")).doesNotExist();
        assertThat(folders.work(input)).exists();
    }

    @Test
    void answersToAnEarlierFileOfTheNameArePublishedBeforeTheNextOnes() throws IOException {
        InboxFile earlier = answered("a.jsonl", "one");
        folders.markComplete(earlier);
        InboxFile now = answered("a.jsonl", "two");
        assertThat(earlier.isUnchanged()).isFalse();

        folders.publishEarlier(now);

        assertThat(outbox.resolve("a.jsonl")).hasContent("answers to one");
        folders.markComplete(now);
        assertThat(folders.finish(now)).isEqualTo(outbox.resolve("a-2.jsonl"));
    }

    @Test
    void aFileThatChangedWhileItWasAnsweredStaysInTheInbox() throws IOException {
        InboxFile input = answered("a.jsonl", "one");
        folders.markComplete(input);
        Files.writeString(input.path(), "one and more");

        folders.finish(input);

        assertThat(input.path()).exists();
        assertThat(outbox.resolve("a.jsonl")).hasContent("answers to one");
        assertThat(folders.work(InboxFile.read(input.path()))).isNotEqualTo(folders.work(input));
    }

    private InboxFile answered(String name, String content) throws IOException {
        Path file = Files.writeString(inbox.resolve(name), content);
        InboxFile input = InboxFile.read(file);
        Files.writeString(folders.work(input), "answers to " + content);
        return input;
    }
}
