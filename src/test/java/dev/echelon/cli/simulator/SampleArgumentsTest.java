package dev.echelon.cli.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleArgumentsTest {

    private final ObjectMapper mapper = new ObjectMapper();

    @Test
    void onlyRequiredPropertiesAreGiven() throws Exception {
        JsonNode arguments = sample("""
                {"type":"object","required":["city"],
                 "properties":{"city":{"type":"string"},"unit":{"type":"string"}}}""");

        assertThat(arguments).isEqualTo(mapper.readTree("{\"city\":\"sample city\"}"));
    }

    @Test
    void everyPropertyIsGivenWhereNoneIsRequired() throws Exception {
        JsonNode arguments = sample("""
                {"type":"object","properties":{"a":{"type":"boolean"},"b":{"type":["null","integer"]}}}""");

        assertThat(arguments).isEqualTo(mapper.readTree("{\"a\":true,\"b\":1}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"enum":["celsius","kelvin"]}                       | "celsius"
                    {"const":7}                                         | 7
                    {"type":"integer","default":3}                      | 3
                    {"type":"integer","minimum":10}                     | 10
                    {"type":"number","maximum":0.5}                     | 0.5
                    {"type":"integer","exclusiveMaximum":0}             | -1
                    {"type":"string","format":"date"}                   | "2026-01-01"
                    {"type":"array","items":{"type":"boolean"},"minItems":2} | [true,true]
                    {"anyOf":[{"type":"boolean"},{"type":"null"}]}      | true
                    {"type":"null"}                                     | null
                    {}                                                  | "sample x"
                    """)
    void aPropertyFitsItsSchema(String schema, String expected) throws Exception {
        JsonNode arguments = sample("{\"required\":[\"x\"],\"properties\":{\"x\":" + schema + "}}");

        assertThat(arguments.path("x")).isEqualTo(mapper.readTree(expected));
    }

    @Test
    void localReferencesAreFollowed() throws Exception {
        JsonNode arguments = sample("""
                {"properties":{"place":{"$ref":"#/$defs/place"}},
                 "$defs":{"place":{"type":"object","required":["zip"],"properties":{"zip":{"type":"integer"}}}}}""");

        assertThat(arguments).isEqualTo(mapper.readTree("{\"place\":{\"zip\":1}}"));
    }

    @Test
    void aSchemaThatRefersToItselfManyTimesEnds() {
        String self = "{\"$ref\":\"#\"}";
        String schema =
                "{\"type\":\"object\",\"properties\":{\"a\":" + self + ",\"b\":" + self + ",\"c\":" + self + "}}";

        assertTimeoutPreemptively(Duration.ofSeconds(2), () -> sample(schema));
    }

    @Test
    void aToolWithoutSchemaGetsAnEmptyObject() {
        assertThat(SampleArguments.of(MissingNode.getInstance())).isEmpty();
    }

    private JsonNode sample(String schema) throws JsonProcessingException {
        return mapper.readTree(SampleArguments.of(mapper.readTree(schema)).toString());
    }
}
