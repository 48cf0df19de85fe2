package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.echelon.ingress.files.BatchInbox;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.GatewayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files in, files out, through {@code routes/files.camel.yaml}. */
class BatchInboxTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final FakeProvider upstream = FakeProvider.start();
    private Path inbox = Path.of("unset");
    private Path outbox = Path.of("unset");

    @BeforeEach
    void prepare() throws IOException {
        inbox = Files.createDirectory(folder.resolve("inbox"));
        outbox = folder.resolve("outbox");
        BatchFiles.configure(folder.resolve("configs"), upstream);
    }

    @AfterEach
    void close() {
        upstream.close();
    }

    @Test
    void droppedFilesComeOutWithTheSameIdsAndGoToDone() throws Exception {
        try (TestGateway gateway = start()) {
            BatchFiles.write(inbox.resolve("a.jsonl"), 20);
            BatchFiles.write(inbox.resolve("b.jsonl"), 30);
            awaitFile(outbox.resolve("a.jsonl"));
            awaitFile(outbox.resolve("b.jsonl"));

            assertThat(BatchFiles.answered(outbox.resolve("a.jsonl")))
                    .containsExactlyInAnyOrderElementsOf(BatchFiles.ids(20));
            assertThat(BatchFiles.answered(outbox.resolve("b.jsonl")))
                    .containsExactlyInAnyOrderElementsOf(BatchFiles.ids(30));
            assertThat(inbox.resolve(".done")).isDirectoryContaining("glob:**/a.jsonl");
            assertThat(inbox.resolve(".done")).isDirectoryContaining("glob:**/b.jsonl");

            // the same name again is another file, and nothing is overwritten
            BatchFiles.write(inbox.resolve("a.jsonl"), 25);
            awaitFile(outbox.resolve("a-2.jsonl"));

            assertThat(BatchFiles.lines(outbox.resolve("a.jsonl"))).isEqualTo(20);
            assertThat(BatchFiles.lines(outbox.resolve("a-2.jsonl"))).isEqualTo(25);
            assertThat(inbox.resolve(".done/a-2.jsonl")).exists();
            assertThat(files(outbox.resolve(".work"))).isEmpty();
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void whatIsNoBatchIsPutAsideWithTheReason() throws Exception {
        try (TestGateway gateway = start()) {
            Files.write(inbox.resolve("image.jsonl"), new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
            Files.writeString(inbox.resolve("empty.jsonl"), "\n \n");
            Files.writeString(inbox.resolve("notes.txt"), "not ours");
            awaitFile(inbox.resolve(".failed/image.jsonl"));
            awaitFile(inbox.resolve(".failed/empty.jsonl"));

            assertThat(inbox.resolve(".failed/image.jsonl.reason.txt"))
                    .hasContent("its first line is not a JSON object");
            assertThat(inbox.resolve(".failed/empty.jsonl.reason.txt")).hasContent("it holds no requests");
            assertThat(inbox.resolve("notes.txt")).exists();
            assertThat(upstream.count()).isZero();
            assertThat(gateway.context().getRoute("files-inbox")).isNotNull();
        }
    }

    @Test
    void aFileThatIsReplacedWhileItIsAnsweredIsAnsweredToo() throws Exception {
        upstream.always(Behaviour.together(21, Behaviour.hello()));
        try (TestGateway gateway = start()) {
            BatchFiles.write(inbox.resolve("a.jsonl"), 20);
            upstream.await(19, SOON);
            BatchFiles.write(folder.resolve("other"), 30);
            Files.move(folder.resolve("other"), inbox.resolve("a.jsonl"), StandardCopyOption.ATOMIC_MOVE);
            BatchFiles.write(inbox.resolve("unblock.jsonl"), 1);
            awaitFile(outbox.resolve("a-2.jsonl"));

            assertThat(BatchFiles.answered(outbox.resolve("a.jsonl"))).hasSize(20);
            assertThat(BatchFiles.answered(outbox.resolve("a-2.jsonl"))).hasSize(30);
            assertThat(inbox.resolve("a.jsonl")).doesNotExist();
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    @Test
    void withoutFilesTheRouteIsNotThere() throws Exception {
        try (TestGateway gateway = TestGateway.in(folder.resolve("configs")).start()) {
            assertThat(gateway.context().getRoute("files-inbox")).isNull();
            assertThat(gateway.context().getRoute("files-prompt")).isNull();
            assertThat(gateway.context().getRoute("http-chat")).isNotNull();
        }
    }

    @Test
    void afterKillsNothingIsLostOrAnsweredTwice() throws Exception {
        upstream.always(Behaviour.hello().after(Duration.ofMillis(50)));
        BatchFiles.write(inbox.resolve("a.jsonl"), 300);
        Path published = outbox.resolve("a.jsonl");
        for (int seen : new int[] {40, 120}) {
            try (GatewayProcess killed = process()) {
                await().atMost(SOON)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> workLines() >= seen || Files.exists(published));
                assertThat(published).as(killed.log()).doesNotExist();
            }
        }
        try (GatewayProcess last = process()) {
            awaitFile(published);

            assertThat(BatchFiles.answered(published))
                    .as(last.log())
                    .containsExactlyInAnyOrderElementsOf(BatchFiles.ids(300));
            assertThat(BatchFiles.lines(published)).isEqualTo(300);
            assertThat(BatchFiles.askedTwice(upstream)).isLessThanOrEqualTo(2 * 10);
            assertThat(inbox.resolve(".done/a.jsonl")).exists();
        }
    }

    @Test
    void aStopInTheMiddleLeavesTheFileForTheNextStart() throws Exception {
        upstream.always(Behaviour.hello().after(Duration.ofMillis(50)));
        BatchFiles.write(inbox.resolve("a.jsonl"), 300);
        try (GatewayProcess stopped = process()) {
            await().atMost(SOON).pollInterval(Duration.ofMillis(5)).until(() -> workLines() >= 40);
            stopped.terminate();

            assertThat(stopped.awaitExit(Duration.ofSeconds(30))).isIn(0, 143);
            assertThat(inbox.resolve("a.jsonl")).as(stopped.log()).exists();
            assertThat(workLines()).isEqualTo(upstream.count());
        }
        try (TestGateway gateway = start()) {
            awaitFile(outbox.resolve("a.jsonl"));

            assertThat(BatchFiles.lines(outbox.resolve("a.jsonl"))).isEqualTo(300);
            assertThat(upstream.count()).isEqualTo(300);
            assertThat(gateway.gateway().inFlight()).isZero();
        }
    }

    private TestGateway start() throws Exception {
        return TestGateway.in(folder.resolve("configs"))
                .start(new BatchInbox.Settings(inbox, outbox, 64, Duration.ofMinutes(1)));
    }

    private GatewayProcess process() throws Exception {
        return new GatewayProcess(
                folder,
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
                "--configs=" + folder.resolve("configs"),
                "--files",
                "--inbox=" + inbox,
                "--outbox=" + outbox,
                "--files-in-flight=10",
                "--drain-notice=0");
    }

    private int workLines() throws IOException {
        int lines = 0;
        for (Path file : files(outbox.resolve(".work"))) {
            lines += BatchFiles.lines(file);
        }
        return lines;
    }

    private static List<Path> files(Path in) throws IOException {
        if (!Files.exists(in)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(in)) {
            return all.toList();
        }
    }

    private static void awaitFile(Path file) {
        await().atMost(SOON).pollInterval(Duration.ofMillis(20)).until(() -> Files.exists(file));
    }
}
