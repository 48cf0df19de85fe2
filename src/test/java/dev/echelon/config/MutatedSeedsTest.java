package dev.echelon.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.ModelRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However the shipped files are damaged, a configuration or a list of problems comes out, never anything else. */
class MutatedSeedsTest {

    private static final int ROUNDS = 300;
    private static final List<String> FRAGMENTS = List.of(
            "[",
            "]",
            "{",
            "}",
            "\"",
            "'",
            "=",
            ".",
            "\n",
            "\0",
            "${",
            "${X}",
            "$${",
            "-1",
            "0",
            "1e9",
            "nan",
            "true",
            "inherits_from = \"pool\"\n",
            "[pool]\n",
            "[task_group.echelons.x]\n",
            "name = \"request\"\n",
            "\u202e",
            "[[a]]\n",
            "99999999999999999999",
            "1979-05-27",
            "\"a.b\" = 1\n",
            "# x");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void damagedFilesGiveAConfigurationOrProblems(boolean lenient, @TempDir Path folder) throws IOException {
        TestConfigs configs = TestConfigs.shipped(folder);
        if (lenient) {
            configs.lenient(true);
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        SplittableRandom random = new SplittableRandom(42);
        ConfigLoader loader = new ConfigLoader(Map.of("X", "9")::get);
        int loaded = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Path file = files.get(random.nextInt(files.size()));
            byte[] before = Files.readAllBytes(file);
            byte[] after = mutate(before, random);
            Files.write(file, after);
            loaded += load(loader, folder) ? 1 : 0;
            Files.write(file, before);
        }

        assertThat(loaded).isBetween(ROUNDS / 20, ROUNDS - ROUNDS / 20);
    }

    private static boolean load(ConfigLoader loader, Path folder) {
        try {
            Configuration configuration = loader.load(folder);
            assertThat(Reachability.problems(configuration)).isNotNull();
            assertSound(configuration);
            return true;
        } catch (ConfigException e) {
            assertThat(e.problems())
                    .isNotEmpty()
                    .allMatch(problem -> problem.message().length() < 600);
            return false;
        }
    }

    /** What the rest of the program takes for granted. */
    private static void assertSound(Configuration configuration) {
        configuration.pools().forEach((name, pool) -> {
            assertThat(pool.name()).isEqualTo(name);
            assertThat(pool.taskGroups()).isNotEmpty().allMatch(text -> exists(configuration, text));
            assertThat(configuration.pools().keySet())
                    .containsAll(pool.fallback().pools());
        });
        configuration.groups().forEach((name, group) -> {
            assertThat(group.name()).isEqualTo(name);
            assertThat(group.fallback().groups()).allMatch(text -> exists(configuration, text));
            assertThat(group.echelons()).isNotEmpty();
            assertThat(group.echelons().values()).allSatisfy(echelon -> {
                assertThat(echelon.models()).isNotEmpty().doesNotHaveDuplicates();
                assertThat(configuration.providers())
                        .containsKeys(echelon.models().stream()
                                .map(ModelRef::provider)
                                .toArray(String[]::new));
                assertThat(echelon.concurrencyLimit()).isPositive();
                assertThat(echelon.timeout()).isPositive();
            });
        });
        configuration.wrappers().values().forEach(wrapper -> {
            switch (wrapper.type()) {
                case POOL -> assertThat(configuration.pools()).containsKey(wrapper.reference());
                case TASK_GROUP -> assertThat(configuration.groups()).containsKey(wrapper.reference());
                case DIRECT ->
                    assertThat(configuration.providers())
                            .containsKey(ModelRef.parse(wrapper.reference()).provider());
            }
        });
    }

    private static boolean exists(Configuration configuration, String text) {
        EchelonRef ref = EchelonRef.parse(text);
        TaskGroupConfig group = configuration.groups().get(ref.group());
        return group != null && (ref.echelon() == null || group.echelons().containsKey(ref.echelon()));
    }

    private static byte[] mutate(byte[] bytes, SplittableRandom random) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            int at = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + random.nextInt(1, 40));
            text = switch (random.nextInt(6)) {
                case 0 -> text.substring(0, at) + text.substring(end);
                case 1 -> text.substring(0, at) + FRAGMENTS.get(random.nextInt(FRAGMENTS.size())) + text.substring(at);
                case 2 -> text.substring(0, at);
                case 3 -> swapLines(text, random);
                case 4 -> text.substring(0, end) + text.substring(at);
                default -> text.substring(0, at) + (char) random.nextInt(0x20, 0x3000) + text.substring(at);
            };
        }
        byte[] mutated = text.getBytes(StandardCharsets.UTF_8);
        if (mutated.length > 0 && random.nextInt(20) == 0) {
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
        }
        return mutated;
    }

    private static String swapLines(String text, SplittableRandom random) {
        String[] lines = text.split("\n", -1);
        int one = random.nextInt(lines.length);
        int other = random.nextInt(lines.length);
        String kept = lines[one];
        lines[one] = lines[other];
        lines[other] = kept;
        return String.join("\n", lines);
    }
}
