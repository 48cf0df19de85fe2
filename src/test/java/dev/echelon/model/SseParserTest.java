package dev.echelon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SseParserTest {

    private final List<Map.Entry<String, String>> events = new ArrayList<>();
    private final SseParser parser = new SseParser((name, data) -> events.add(Map.entry(name, data)));

    private static List<Map.Entry<String, String>> whole(byte[] bytes) throws ModelFailure {
        List<Map.Entry<String, String>> events = new ArrayList<>();
        SseParser parser = new SseParser((name, data) -> events.add(Map.entry(name, data)));
        parser.feed(bytes);
        parser.finish();
        return events;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void an_event_comes_with_its_empty_line_and_not_before() throws Exception {
        parser.feed(utf8("data: a\n"));
        assertThat(events).isEmpty();

        parser.feed(utf8("\n"));
        assertThat(events).containsExactly(Map.entry("", "a"));
    }

    @Test
    void takes_every_kind_of_line_end() throws Exception {
        assertThat(whole(utf8("data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\n\r\n")))
                .extracting(Map.Entry::getValue)
                .containsExactly("a", "b", "c", "d");
    }

    @Test
    void a_line_end_cut_in_two_is_one_line_end() throws Exception {
        parser.feed(utf8("data: a\r"));
        parser.feed(utf8("\ndata: b\r"));
        parser.feed(new byte[0]);
        parser.feed(utf8("\n\r\n"));

        assertThat(events).containsExactly(Map.entry("", "a\nb"));
    }

    @Test
    void names_events_and_forgets_the_name_after_each() throws Exception {
        assertThat(whole(utf8("event: ping\ndata: {}\n\ndata: x\n\n")))
                .containsExactly(Map.entry("ping", "{}"), Map.entry("", "x"));
    }

    @Test
    void joins_data_lines_and_takes_off_one_space_only() throws Exception {
        assertThat(whole(utf8("data:a\ndata:  b\ndata\ndata:\n\n"))).containsExactly(Map.entry("", "a\n b\n\n"));
    }

    @Test
    void leaves_out_comments_other_fields_and_events_without_data() throws Exception {
        assertThat(whole(utf8(": ping\n\nid: 7\nretry: 10\nDATA: no\ndatum: no\n\nevent: bare\n\ndata: x\n\n")))
                .containsExactly(Map.entry("", "x"));
    }

    @Test
    void empty_data_is_an_event() throws Exception {
        assertThat(whole(utf8("data:\n\n"))).containsExactly(Map.entry("", ""));
    }

    @Test
    void skips_a_byte_order_mark_at_the_start_only() throws Exception {
        assertThat(whole(utf8("\uFEFFdata: a\n\n\uFEFFdata: b\n\ndata: c\n\n")))
                .extracting(Map.Entry::getValue)
                .containsExactly("a", "c");
    }

    @Test
    void an_event_whose_end_was_cut_off_is_still_one() throws Exception {
        assertThat(whole(utf8("data: [DONE]"))).containsExactly(Map.entry("", "[DONE]"));
        assertThat(whole(utf8("data: [DONE]\n"))).containsExactly(Map.entry("", "[DONE]"));
    }

    @Test
    void replaces_malformed_utf_8() throws Exception {
        byte[] bytes = {'d', 'a', 't', 'a', ':', (byte) 0xC3, 'x', (byte) 0xE2, (byte) 0x82, '\n', '\n'};

        assertThat(whole(bytes)).containsExactly(Map.entry("", "\uFFFDx\uFFFD"));
    }

    @Test
    void an_endless_line_ends_the_stream() throws Exception {
        SseParser small = new SseParser((name, data) -> {}, 1_000);
        byte[] piece = utf8("data: " + "x".repeat(200));

        assertThatThrownBy(() -> {
                    for (int i = 0; i < 6; i++) {
                        small.feed(piece);
                    }
                })
                .isInstanceOfSatisfying(ModelFailure.class, failure -> assertThat(failure.kind())
                        .isEqualTo(FailureKind.BAD_RESPONSE));
    }

    @Test
    void an_endless_event_of_short_lines_ends_the_stream() {
        SseParser small = new SseParser((name, data) -> {}, 1_000);

        assertThatThrownBy(() -> small.feed(utf8("data: x\n".repeat(200)))).isInstanceOf(ModelFailure.class);
    }

    @Test
    void endless_comments_are_fine() throws Exception {
        SseParser small = new SseParser((name, data) -> events.add(Map.entry(name, data)), 1_000);
        small.feed(utf8(": ping\n".repeat(10_000)));
        small.feed(utf8("data: x\n\n"));

        assertThat(events).hasSize(1);
    }

    @Test
    void a_megabyte_passes() throws Exception {
        String data = "x".repeat(SseParser.DEFAULT_LIMIT - "data: ".length());

        assertThat(whole(utf8("data: " + data + "\n\n"))).containsExactly(Map.entry("", data));
    }

    @Provide
    static Arbitrary<String> streams() {
        return Arbitraries.of(
                        "data",
                        "event",
                        ":",
                        ": ",
                        " ",
                        "\n",
                        "\r",
                        "\r\n",
                        "\n\n",
                        "id",
                        "a",
                        "é",
                        "\uD83D\uDE00",
                        "\uFEFF",
                        "data: x\n\n",
                        "event: e\ndata: y\r\n\r\n",
                        "[DONE]")
                .list()
                .ofMaxSize(60)
                .map(pieces -> String.join("", pieces));
    }

    @Property
    void however_the_bytes_are_cut_the_events_are_the_same(@ForAll("streams") String stream, @ForAll long seed)
            throws Exception {
        byte[] bytes = utf8(stream);
        List<Map.Entry<String, String>> cut = new ArrayList<>();
        SseParser fresh = new SseParser((name, data) -> cut.add(Map.entry(name, data)));
        Random random = new Random(seed);
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(bytes.length - at, random.nextInt(5));
            fresh.feed(bytes, at, length);
            at += length;
        }
        fresh.finish();

        assertThat(cut).isEqualTo(whole(bytes));
    }

    @Property
    void any_bytes_give_events_or_a_failure(@ForAll byte[] bytes) throws Exception {
        assertThat(whole(bytes)).isNotNull();
    }
}
