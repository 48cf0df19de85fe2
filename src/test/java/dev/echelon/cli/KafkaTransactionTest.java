package dev.echelon.cli;

import java.util.Map;

/** The same in transactional mode. */
class KafkaTransactionTest extends KafkaTest {

    @Override
    Map<String, String> mode() {
        return Map.of("transactional", "true");
    }
}
