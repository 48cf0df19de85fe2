package dev.echelon.goals;

import dev.echelon.cli.TestGateway;
import java.nio.file.Path;

/** A group {@code g} of one model {@code up:m}. */
final class OneModel {

    private OneModel() {}

    /** Writes it and gives the folder. */
    static Path write(Path folder, String url, int concurrency) throws Exception {
        files(folder, url, concurrency);
        return folder;
    }

    static TestGateway.ConfigFiles files(Path folder, String url, int concurrency) throws Exception {
        return TestGateway.in(folder).provider("up", "openai", url).file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.echelons.e1]
                        models = ["up:m"]
                        concurrency_limit = %d
                        rpm_limit = 1000000
                        priority = 1
                        max_retries = 0
                        """.formatted(
                        concurrency));
    }
}
