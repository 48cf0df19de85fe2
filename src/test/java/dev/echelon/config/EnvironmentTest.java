package dev.echelon.config;

import static dev.echelon.config.TestConfigs.get;
import static dev.echelon.config.TestConfigs.seconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentTest {

    private static final String POOL = "llms/pools/p.toml";

    private final TestConfigs configs;

    EnvironmentTest(@TempDir Path folder) {
        configs = TestConfigs.small(folder);
    }

    private String description(String written) {
        configs.write(POOL, "[pool]\nname = \"p\"\ntask_groups = [\"g\"]\ndescription = '" + written + "'\n");
        return get(configs.load().pools(), "p").description();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "${A} | one",
                "x${A}y${A}z | xoneyonez",
                "${UNSET:default} | default",
                "${UNSET:https://api.openai.com} | https://api.openai.com",
                "[${UNSET:}] | []",
                "[${EMPTY:empty counts as unset}] | [empty counts as unset]",
                "$${A} | ${A}",
                "cost: $5, {A}, $A | cost: $5, {A}, $A",
                "${LOOKS} | ${A}",
                "${QUOTE} | \"\"[admin] x=1",
                "${A}$${A}${A} | one${A}one",
                "${9_X:digits} | digits"
            })
    void putsVariablesIntoTexts(String written, String expected) {
        configs.set("A", "one").set("EMPTY", "").set("LOOKS", "${A}").set("QUOTE", "\"\"[admin] x=1");

        assertThat(description(written)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${UNSET} | needs the environment variable UNSET, which is not set; set it, or write ${UNSET:default}",
                "${EMPTY} | needs the environment variable EMPTY, which is not set; set it, or write ${EMPTY:default}",
                "${lower} | names the variable \"lower\"; names are made of A-Z, 0-9 and _; write $${ for a literal ${",
                "${} | names the variable \"\"; names are made of A-Z, 0-9 and _; write $${ for a literal ${",
                "${A | has a ${ without its }; write $${ for a literal ${",
                "${UNSET:${A}} | has a variable in the default of UNSET; write a plain default"
            })
    void saysWhereAVariableCannotBePutIn(String written, String message) {
        configs.set("A", "one").set("EMPTY", "");
        configs.append(POOL, "description = '" + written + "'\n");

        assertThat(configs.errors()).containsExactly(POOL + ":4:1: pool.description " + message);
    }

    @Test
    void numbersAndBooleansMayComeFromVariables() {
        configs.set("INTERVAL", "7").set("ON", "true").set("RATE", "2.5").append(POOL, """
                        [pool.health_check]
                        interval = "${INTERVAL}"
                        failure_threshold = "${UNSET:4}"
                        [pool.rate_limiting]
                        enabled = "${ON}"
                        token_bucket.refill_rate = "${RATE}"
                        """);

        PoolConfig pool = get(configs.load().pools(), "p");
        assertThat(pool.healthCheck().interval()).isEqualTo(seconds(7));
        assertThat(pool.healthCheck().failureThreshold()).isEqualTo(4);
        assertThat(pool.rateLimiting().enabled()).isTrue();
        assertThat(pool.rateLimiting().refillRate()).isEqualTo(2.5);
    }

    @Test
    void aVariableThatIsNoNumberIsShownByItsNameOnly() {
        configs.set("INTERVAL", "secret-looking")
                .append(POOL, "[pool.health_check]\ninterval = \"${INTERVAL}\"\nfailure_threshold = \"3\"\n");

        assertThat(configs.errors())
                .containsExactly(
                        POOL + ":5:1: pool.health_check.interval is \"${INTERVAL}\"; write a number greater than 0",
                        POOL + ":6:1: pool.health_check.failure_threshold is \"3\"; write a whole number greater than"
                                + " 0");
    }

    @Test
    void keysAndTheRegistrysFileNamesAreNeverExpanded() {
        configs.set("FILE", "pools/p.toml")
                .replace("llms/_registry.toml", "\"pools/p.toml\"", "\"${FILE}\"")
                .append(POOL, "[pool.metadata]\n\"${FILE}\" = 1\n");

        assertThat(configs.errors())
                .containsExactly("llms/_registry.toml:2:7: file = \"${FILE}\" holds a variable, which is never put into"
                        + " file names; write the name");
    }

    @Test
    void theRestOfTheRegistryMayComeFromVariables() {
        configs.set("MODE", "lenient")
                .replace("llms/_registry.toml", "\"strict\"", "\"${MODE}\"")
                .replace("llms/_registry.toml", "\"pools/p.toml\"", "\"pools/p.toml\", enabled = \"${POOLS:true}\"");

        assertThat(configs.load().loading().strict()).isFalse();
    }

    @Test
    void aKeyWithoutAVariableAndDefaultIsAnError() {
        configs.replace("llms/task-groups/g.toml", ", \"anthropic:claude\"", "")
                .append("llms/task-groups/g.toml", "api_key = \"${TEAM_KEY}\"\n");

        assertThat(configs.errors())
                .containsExactly("llms/task-groups/g.toml:8:1: task_group.echelons.e1.api_key needs the environment"
                        + " variable TEAM_KEY, which is not set; set it, or write ${TEAM_KEY:default}");
    }
}
