package dev.echelon.goals;

import dev.echelon.cli.TestGateway;
import java.nio.file.Path;

/** A pool {@code p} of the models {@code a:m} and {@code b:m}, with the seeds' settings. */
final class TwoModels {

    private TwoModels() {}

    static TestGateway gateway(Path folder, String urlOfA, String urlOfB, int recoverySeconds) throws Exception {
        return TestGateway.in(folder)
                .provider("a", "openai", urlOfA)
                .provider("b", "openai", urlOfB)
                .file("pools/p.toml", """
                        [pool]
                        name = "p"
                        task_groups = ["g"]
                        """)
                .file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.circuit_breaker]
                        failure_threshold = 5
                        recovery_time = %d
                        [task_group.echelons.e1]
                        models = ["a:m", "b:m"]
                        concurrency_limit = 2000
                        rpm_limit = 1000000
                        priority = 1
                        """.formatted(recoverySeconds))
                .start();
    }
}
