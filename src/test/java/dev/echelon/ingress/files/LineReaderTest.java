package dev.echelon.ingress.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineReaderTest {

    @TempDir
    private Path folder;

    @Test
    void linesComeWithTheirEndsAndPlaces() throws IOException {
        assertThat(read("a\r\n\nbc", 100)).containsExactly("a ended at 3", " ended at 4", "bc cut off at 6");
        assertThat(read("", 100)).isEmpty();
        assertThat(read("\n", 100)).containsExactly(" ended at 1");
    }

    @Test
    void aLineLongerThanTheBufferIsOne() throws IOException {
        String large = "x".repeat(200_000);

        assertThat(read(large + "\nb\n", 200_000)).containsExactly(large + " ended at 200001", "b ended at 200003");
    }

    @Test
    void aLineThatIsTooLongIsPassedOver() throws IOException {
        assertThat(read("abcdef\n" + "y".repeat(150_000) + "\nok\n", 5))
                .containsExactly("too long, ended at 7", "too long, ended at 150008", "ok ended at 150011");
    }

    private List<String> read(String content, int maxBytes) throws IOException {
        Path file = folder.resolve("file");
        Files.writeString(file, content);
        List<String> lines = new ArrayList<>();
        try (LineReader reader = LineReader.of(file, maxBytes)) {
            for (LineReader.Line line = reader.next(); line != null; line = reader.next()) {
                String text = line.tooLong() ? "too long," : new String(line.bytes(), StandardCharsets.UTF_8);
                lines.add(text + (line.ended() ? " ended at " : " cut off at ") + line.end());
            }
        }
        return lines;
    }
}
