package dev.echelon.testing;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/** How a {@link FakeProvider} writes in one dialect. Written by hand, apart from the code under test. */
enum WireFormat {
    OPENAI {
        @Override
        Answer text(Seen seen, String text) {
            String body = """
                    {"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":%s,\
                    "choices":[{"index":0,"message":{"role":"assistant","content":%s},"finish_reason":"stop"}],\
                    "usage":{"prompt_tokens":5,"completion_tokens":%d,"total_tokens":%d}}""".formatted(
                            quote(seen.model()),
                            quote(text),
                            words(text).size(),
                            5 + words(text).size());
            return new Answer(body, streamed(seen, words(text)));
        }

        @Override
        Answer toolCall(Seen seen, String name, String arguments) {
            String call = """
                    {"index":0,"id":"call_1","type":"function","function":{"name":%s,"arguments":%s}}""".formatted(quote(name), quote(arguments));
            String body = """
                    {"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":%s,\
                    "choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[%s]},\
                    "finish_reason":"tool_calls"}],\
                    "usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}""".formatted(quote(seen.model()), call);
            String opened = call.replace(quote(arguments), "\"\"");
            List<String> events = new ArrayList<>();
            events.add(
                    chunk(seen, "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" + opened + "]}", "null"));
            for (String half : halves(arguments)) {
                events.add(chunk(
                        seen,
                        "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":" + quote(half) + "}}]}",
                        "null"));
            }
            events.add(chunk(seen, "{}", "\"tool_calls\""));
            events.addAll(usageAndDone(seen, 2));
            return new Answer(body, events);
        }

        @Override
        List<String> opening(Seen seen) {
            return List.of(chunk(seen, "{\"role\":\"assistant\",\"content\":\"\"}", "null"));
        }

        @Override
        String token(Seen seen, String token) {
            return chunk(seen, "{\"content\":" + quote(token) + "}", "null");
        }

        @Override
        List<String> closing(Seen seen, int tokens) {
            List<String> events = new ArrayList<>();
            events.add(chunk(seen, "{}", "\"stop\""));
            events.addAll(usageAndDone(seen, tokens));
            return events;
        }

        @Override
        String error(String code, String message) {
            return "{\"error\":{\"message\":%s,\"type\":%s,\"param\":null,\"code\":%s}}"
                    .formatted(quote(message), quote(code), quote(code));
        }

        @Override
        String model(String id) {
            return "{\"id\":" + quote(id) + ",\"object\":\"model\",\"created\":0,\"owned_by\":\"fake\"}";
        }

        @Override
        String models(List<String> ids) {
            return "{\"object\":\"list\",\"data\":["
                    + ids.stream().map(this::model).collect(joining(",")) + "]}";
        }

        private String chunk(Seen seen, String delta, String finish) {
            return """
            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":%s,\
            "choices":[{"index":0,"delta":%s,"finish_reason":%s}]}

            """.formatted(quote(seen.model()), delta, finish);
        }

        private List<String> usageAndDone(Seen seen, int tokens) {
            String done = "data: [DONE]\n\n";
            if (!seen.json().path("stream_options").path("include_usage").asBoolean(false)) {
                return List.of(done);
            }
            String usage = """
                    data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":%s,\
                    "choices":[],"usage":{"prompt_tokens":5,"completion_tokens":%d,"total_tokens":%d}}

                    """.formatted(quote(seen.model()), tokens, 5 + tokens);
            return List.of(usage, done);
        }
    },

    ANTHROPIC {
        @Override
        Answer text(Seen seen, String text) {
            String block = "{\"type\":\"text\",\"text\":" + quote(text) + "}";
            return new Answer(message(seen, block, "\"end_turn\"", words(text).size()), streamed(seen, words(text)));
        }

        @Override
        Answer toolCall(Seen seen, String name, String arguments) {
            String start = "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":" + quote(name) + ",\"input\":";
            List<String> events = new ArrayList<>(opening(seen, start + "{}}"));
            for (String half : halves(arguments)) {
                events.add(delta("{\"type\":\"input_json_delta\",\"partial_json\":" + quote(half) + "}"));
            }
            events.addAll(closing("tool_use", 2));
            return new Answer(message(seen, start + arguments + "}", "\"tool_use\"", 2), events);
        }

        @Override
        List<String> opening(Seen seen) {
            return opening(seen, "{\"type\":\"text\",\"text\":\"\"}");
        }

        @Override
        String token(Seen seen, String token) {
            return delta("{\"type\":\"text_delta\",\"text\":" + quote(token) + "}");
        }

        @Override
        List<String> closing(Seen seen, int tokens) {
            return closing("end_turn", tokens);
        }

        @Override
        String error(String code, String message) {
            return "{\"type\":\"error\",\"error\":{\"type\":%s,\"message\":%s}}".formatted(quote(code), quote(message));
        }

        @Override
        String model(String id) {
            return "{\"type\":\"model\",\"id\":" + quote(id) + ",\"display_name\":" + quote(id)
                    + ",\"created_at\":\"2025-01-01T00:00:00Z\"}";
        }

        @Override
        String models(List<String> ids) {
            return "{\"data\":[" + ids.stream().map(this::model).collect(joining(",")) + "],\"has_more\":false}";
        }

        private String message(Seen seen, String blocks, String stop, int tokens) {
            return """
            {"id":"msg_1","type":"message","role":"assistant","model":%s,"content":[%s],"stop_reason":%s,\
            "stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":%d}}""".formatted(quote(seen.model()), blocks, stop, tokens);
        }

        private List<String> opening(Seen seen, String block) {
            return List.of(
                    event("message_start", "\"message\":" + message(seen, "", "null", 1)),
                    event("content_block_start", "\"index\":0,\"content_block\":" + block),
                    "event: ping\ndata: {\"type\":\"ping\"}\n\n");
        }

        private List<String> closing(String reason, int tokens) {
            return List.of(
                    event("content_block_stop", "\"index\":0"),
                    event(
                            "message_delta",
                            "\"delta\":{\"stop_reason\":\"" + reason
                                    + "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":" + tokens + "}"),
                    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
        }

        private String delta(String delta) {
            return event("content_block_delta", "\"index\":0,\"delta\":" + delta);
        }

        private String event(String type, String fields) {
            return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + fields + "}\n\n";
        }
    };

    /** An answer both ways: a plain body, or events with their blank lines. */
    record Answer(String body, List<String> events) {}

    static WireFormat of(Seen seen) {
        return seen.anthropic() || seen.header("anthropic-version") != null ? ANTHROPIC : OPENAI;
    }

    abstract Answer text(Seen seen, String text);

    abstract Answer toolCall(Seen seen, String name, String arguments);

    /** The events before the first token. */
    abstract List<String> opening(Seen seen);

    abstract String token(Seen seen, String token);

    /** The events after the last token, which say that the answer is complete. */
    abstract List<String> closing(Seen seen, int tokens);

    abstract String error(String code, String message);

    abstract String model(String id);

    abstract String models(List<String> ids);

    List<String> streamed(Seen seen, List<String> words) {
        List<String> events = new ArrayList<>(opening(seen));
        words.forEach(word -> events.add(token(seen, word)));
        events.addAll(closing(seen, words.size()));
        return events;
    }

    static List<String> words(String text) {
        return List.of(text.split("(?<=\\s)(?=\\S)"));
    }

    static List<String> halves(String text) {
        return List.of(text.substring(0, text.length() / 2), text.substring(text.length() / 2));
    }

    static String quote(String text) {
        return MAPPER.valueToTree(text).toString();
    }

    private static final ObjectMapper MAPPER = new ObjectMapper();
}
