package dev.echelon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvidersTest {

    private static final String REGISTRY = "llms/_registry.toml";
    private static final String GROUP = "llms/task-groups/g.toml";
    private static final String LOCAL = "llms/providers/local.toml";

    private final TestConfigs configs;

    ProvidersTest(@TempDir Path folder) {
        configs = TestConfigs.small(folder);
    }

    private TestConfigs local(String lines) {
        return configs.append(REGISTRY, "[providers]\nlocal = { file = \"providers/local.toml\" }\n")
                .write(LOCAL, "[provider]\nname = \"local\"\n" + lines);
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com, openai, https://api.openai.com/v1",
        "https://api.openai.com/, openai, https://api.openai.com/v1",
        "https://api.openai.com///, openai, https://api.openai.com/v1",
        "https://api.openai.com/v1/, openai, https://api.openai.com/v1",
        "https://host.example/a/b/, openai, https://host.example/a/b",
        "HTTPS://Host.Example:8443, openai, https://host.example:8443/v1",
        "' https://host.example ', openai, https://host.example/v1",
        "https://api.anthropic.com, anthropic, https://api.anthropic.com",
        "https://api.anthropic.com/v1, anthropic, https://api.anthropic.com",
        "https://api.anthropic.com/v1/, anthropic, https://api.anthropic.com",
        "https://host.example/a/v1, anthropic, https://host.example/a",
        "http://[::1]:8080, anthropic, http://[::1]:8080",
    })
    void addressesHaveOneForm(String text, String dialect, URI expected) {
        assertThat(BaseUrl.parse(text, dialect)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "'', does not begin with",
        "api.openai.com, does not begin with",
        "ftp://host, does not begin with",
        "file:///etc/passwd, does not begin with",
        "https://, is no URL",
        "https:///path, names no valid host",
        "https://my_host, names no valid host",
        "https://host:99999, has no valid port",
        "https://host:0, has no valid port",
        "http://host:/v1, has a colon and no port behind it",
        "http://host:, has a colon and no port behind it",
        "http://[::1]:/v1, has a colon and no port behind it",
        "https://user:pass@host, holds credentials",
        "https://host?a=b, has a query",
        "https://host#a, has a query",
        "https://ho st, is no URL",
        "https://[::1, is no URL",
    })
    void otherAddressesAreRefused(String text, String reason) {
        assertThatThrownBy(() -> BaseUrl.parse(text, "openai"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:1, false",
        "http://a.localhost, false",
        "http://127.0.0.1, false",
        "http://127.9.9.9:80, false",
        "http://[::1], false",
        "https://api.openai.com, false",
        "http://api.openai.com, true",
        "http://10.0.0.1, true",
        "http://127.example, true",
        "http://localhost.example, true",
    })
    void plainHttpIsExposedUnlessItStaysOnTheMachine(String text, boolean exposed) {
        assertThat(BaseUrl.exposed(BaseUrl.parse(text, "openai"))).isEqualTo(exposed);
    }

    @Test
    void plainHttpToAnotherHostIsAWarning() {
        configs.set("OPENAI_BASE_URL", "http://gateway.internal").set("ANTHROPIC_BASE_URL", "http://127.0.0.1:9");

        assertThat(configs.warnings())
                .containsExactly(
                        "built-in openai:4:1: provider.base_url sends keys and prompts in the clear; write https");
    }

    @Test
    void aBrokenAddressFromTheEnvironmentIsNamedByItsVariable() {
        configs.set("OPENAI_BASE_URL", "gateway.internal");

        assertThat(configs.errors())
                .containsExactly("built-in openai:4:1: provider.base_url ="
                        + " \"${OPENAI_BASE_URL:https://api.openai.com}\" does not begin with http:// or https://");
    }

    @Test
    void aProviderFileSaysWhatIsMissingOrUnknown() {
        local("""
                dialect = "gemini"
                connect_timeout = 0
                max_connections = 0
                context_windows = { a = 0 }
                url = 1
                http2 = "yes"
                idle_timeout = 0
                connection_lifetime = 1e6
                warm_up = 2
                """);

        assertThat(configs.errors())
                .containsExactly(
                        LOCAL + ":1:1: provider has no base_url; write base_url = \"https://api.openai.com\"",
                        LOCAL + ":1:1: provider has no api_key; write one, like api_key = \"${LOCAL_API_KEY:}\"",
                        LOCAL + ":3:1: provider.dialect = \"gemini\" is none of openai, anthropic",
                        LOCAL + ":4:1: provider.connect_timeout = 0 is out of range; write a number greater than 0",
                        LOCAL + ":5:1: provider.max_connections = 0 is out of range; write a whole number from 1 to"
                                + " 1000000",
                        LOCAL + ":6:21: provider.context_windows.a = 0 is out of range; write a whole number greater"
                                + " than 0",
                        LOCAL + ":7:1: provider.url is not known; known here: name, dialect, base_url, api_key,"
                                + " connect_timeout, max_connections, http2, idle_timeout, connection_lifetime,"
                                + " warm_up, context_windows",
                        LOCAL + ":8:1: provider.http2 = \"yes\" is none of auto, never, always",
                        LOCAL + ":9:1: provider.idle_timeout = 0 is out of range; write a number from 1 to 86400",
                        LOCAL + ":10:1: provider.connection_lifetime = 1000000.0 is out of range; write a number from 1"
                                + " to 86400",
                        LOCAL + ":11:1: provider.warm_up is 2; write true or false");
    }

    @Test
    void aProviderWithoutAKeyIsALoudWarningThatCountsItsModels() {
        configs.unset("OPENAI_API_KEY")
                .set("ANTHROPIC_API_KEY", "")
                .append("llms/wrappers/w.toml", "[wrappers.one]\ntype = \"direct\"\nmodel = \"openai:o3\"\n");

        assertThat(configs.warnings())
                .containsExactly(
                        "built-in openai:5:1: the provider openai has no key, so its 2 models are left out; set"
                                + " OPENAI_API_KEY",
                        "built-in anthropic:5:1: the provider anthropic has no key, so its 1 model is left out; set"
                                + " ANTHROPIC_API_KEY");
        assertThat(configs.load().providers().values()).noneMatch(ProviderConfig::enabled);
    }

    @Test
    void aProviderFileWithAnEmptyKeyIsToldToWriteOne() {
        local("dialect = \"openai\"\nbase_url = \"https://x.example\"\napi_key = \"\"\n")
                .replace(GROUP, "openai:gpt-4o", "local:m");

        assertThat(configs.warnings())
                .containsExactly(
                        LOCAL + ":5:1: the provider local has no key, so its 1 model is left out; write its api_key");
    }

    @Test
    void aProviderThatNobodyKnowsIsAnError() {
        configs.replace(GROUP, "anthropic:claude", "antropic:claude");

        assertThat(configs.errors())
                .containsExactly(
                        GROUP + ":4:28: \"antropic:claude\" names the provider \"antropic\", which is not known"
                                + " (known: openai, anthropic); did you mean anthropic?; add"
                                + " configs/llms/providers/antropic.toml and register it");
    }

    @Test
    void aProviderThatIsTurnedOffIsNotReplacedByTheBuiltInOne() {
        configs.append(REGISTRY, "[providers]\nopenai = { file = \"providers/openai.toml\", enabled = false }\n");

        assertThat(configs.errors())
                .containsExactly(GROUP + ":4:11: \"openai:gpt-4o\" names the provider \"openai\", which the registry"
                        + " turns off; enable it, or take the model out");
    }

    @Test
    void anEchelonOfSeveralProvidersHasNoKeyOrAddressOfItsOwn() {
        configs.append(GROUP, "api_key = \"sk-x\"\nbase_url = \"https://x.example\"\n");

        assertThat(configs.errors())
                .containsExactly(
                        GROUP + ":8:1: task_group.echelons.e1.api_key would go to several providers (openai,"
                                + " anthropic); make an echelon of each, or write it into configs/llms/providers",
                        GROUP + ":9:1: task_group.echelons.e1.base_url would go to several providers (openai,"
                                + " anthropic); make an echelon of each, or write it into configs/llms/providers");
    }

    @Test
    void noMessageHoldsAKey() {
        configs.set("OPENAI_API_KEY", "sk-very secret")
                .set("LIMIT", "sk-also-secret")
                .append(
                        GROUP,
                        "api_key = \"sk-third-secret\"\napi_kee = \"sk-fourth-secret\"\ntimeout = \"${LIMIT}\"\n")
                .append("llms/pools/p.toml", "api_key = sk-fifth-secret\n");
        local("dialect = \"openai\"\nbase_url = \"https://x.example\"\napi_key = [\"sk-sixth-secret\"]\n");

        assertThat(configs.errors())
                .hasSize(6)
                .noneMatch(error -> error.contains("secret") && !error.contains("may hold a secret"))
                .contains(
                        LOCAL + ":5:1: provider.api_key is no text; write it in quotes, best as \"${SOME_API_KEY:}\"",
                        "built-in openai:5:1: provider.api_key holds a space, a control character or a letter outside of"
                                + " ASCII (not shown); check the variable that it comes from",
                        "llms/pools/p.toml:4:11: is no TOML here (the line may hold a secret and is not shown)");
    }

    @Test
    void aSecretDoesNotPrintItself() {
        assertThat(configs.load().toString()).doesNotContain("sk-one").contains("***");
    }
}
