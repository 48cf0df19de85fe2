package dev.echelon.domain.json;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The one way from bytes to a tree and back. What it reads is hostile: depth, strings, names and numbers are bounded, a
 * key may stand once, nothing may follow the value, and the bytes are UTF-8 whatever they look like. What it writes is
 * always valid UTF-8 JSON: a lone surrogate becomes U+FFFD.
 */
public final class Json {

    /** Objects and arrays within one another. */
    public static final int MAX_DEPTH = 100;
    /** Characters of one string: an image of 7 MB inline fits. */
    public static final int MAX_STRING = 10_000_000;
    /** Characters of one number. */
    public static final int MAX_NUMBER = 100;
    /** Characters of one key. */
    public static final int MAX_NAME = 1_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING)
                    .maxNumberLength(MAX_NUMBER)
                    .maxNameLength(MAX_NAME)
                    .build())
            // a body in UTF-16 would pass our UTF-8 check as bytes and then be read as something else
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            // names come from strangers: they must not fill the JVM's string table
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private static final ObjectMapper MAPPER =
            new ObjectMapper(FACTORY).disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE);

    private Json() {}

    /** What {@link #write(Body)} puts into the bytes: exactly one JSON value. */
    @FunctionalInterface
    public interface Body {
        void write(JsonGenerator out) throws IOException;
    }

    /** Reads one object; a byte-order mark before it is skipped. */
    public static ObjectNode readObject(byte[] body) throws JsonFault {
        if (!Utf8.isValid(body)) {
            throw new JsonFault("is not valid UTF-8");
        }
        return object(tree(body));
    }

    public static ObjectNode readObject(String text) throws JsonFault {
        return object(tree(text));
    }

    /** Reads any value; malformed UTF-8 in it becomes U+FFFD, as it should in an upstream's answer. */
    public static JsonNode readLeniently(byte[] body) throws JsonFault {
        return Utf8.isValid(body) ? tree(body) : tree(new String(body, StandardCharsets.UTF_8));
    }

    /** As {@link #readLeniently}, for an object. */
    public static ObjectNode readObjectLeniently(byte[] body) throws JsonFault {
        return object(readLeniently(body));
    }

    public static byte[] write(Body body) {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder(FACTORY._getBufferRecycler())) {
            try (JsonGenerator out = new CleanGenerator(FACTORY.createGenerator(bytes, JsonEncoding.UTF8))) {
                out.setCodec(MAPPER);
                body.write(out);
            }
            return bytes.getClearAndRelease();
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail to take bytes", e);
        }
    }

    public static byte[] write(JsonNode node) {
        return write(out -> out.writeTree(node));
    }

    /** The node as compact JSON text. */
    public static String text(JsonNode node) {
        return new String(write(node), StandardCharsets.UTF_8);
    }

    private static JsonNode tree(byte[] body) throws JsonFault {
        int start = Utf8.markLength(body);
        try (JsonParser parser = FACTORY.createParser(body, start, body.length - start)) {
            return tree(parser, new TreeReader(parser, body, start));
        } catch (IOException e) {
            throw fault(e);
        }
    }

    private static JsonNode tree(String text) throws JsonFault {
        try (JsonParser parser = FACTORY.createParser(text)) {
            return tree(parser, new TreeReader(parser, null, 0));
        } catch (IOException e) {
            throw fault(e);
        }
    }

    private static JsonNode tree(JsonParser parser, TreeReader reader) throws IOException, JsonFault {
        JsonNode node = reader.read();
        if (node == null) {
            throw new JsonFault("is empty");
        }
        if (parser.nextToken() != null) {
            throw new JsonFault("goes on after its JSON value");
        }
        return node;
    }

    private static ObjectNode object(JsonNode node) throws JsonFault {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new JsonFault("is not a JSON object");
    }

    private static JsonFault fault(IOException e) {
        if (e instanceof StreamConstraintsException) {
            return new JsonFault("is beyond a limit: at most " + MAX_DEPTH + " levels, strings of " + MAX_STRING
                    + ", names of " + MAX_NAME + " and numbers of " + MAX_NUMBER + " characters");
        }
        return JsonFault.at(
                "is not valid JSON", e instanceof JsonProcessingException problem ? problem.getLocation() : null);
    }
}
