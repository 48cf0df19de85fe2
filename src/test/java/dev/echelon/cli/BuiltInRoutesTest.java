package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is loaded where there is no folder of routes. */
class BuiltInRoutesTest {

    @Test
    void theyAreAllThatTheProjectHas() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            List<String> resources =
                    files.map(file -> "classpath:routes/" + file.getFileName()).toList();

            assertThat(Server.BUILT_IN_ROUTES.split(",")).containsExactlyInAnyOrderElementsOf(resources);
        }
    }
}
