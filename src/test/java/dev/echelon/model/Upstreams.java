package dev.echelon.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.Json;
import dev.echelon.domain.json.JsonFault;
import dev.echelon.domain.json.RequestJson;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** What the tests of the dialects share. */
final class Upstreams {

    static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);

    private Upstreams() {}

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A caller's request, in single quotes for the eye. */
    static ChatRequest request(String json) throws ModelFailure {
        return RequestJson.read(utf8(json.replace('\'', '"'))).request();
    }

    static ObjectNode json(String json) {
        try {
            return Json.readObject(json.replace('\'', '"'));
        } catch (JsonFault e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    /** All chunks of a stream that is written as server-sent events, in single quotes. */
    static List<ChatChunk> decode(StreamDecoder decoder, String stream) throws ModelFailure {
        List<ChatChunk> chunks = new ArrayList<>();
        SseParser parser = new SseParser((event, data) -> decoder.event(event, data, chunks::add));
        parser.feed(utf8(stream.replace('\'', '"')));
        parser.finish();
        return chunks;
    }
}
