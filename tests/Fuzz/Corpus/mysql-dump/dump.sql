-- MariaDB dump
CREATE TABLE `alf_content_data` (
  `id` bigint
);
INSERT INTO `alf_content_data` (`id`, `content_url_id`) VALUES (1,2),(2,NULL);
CREATE TABLE `alf_content_url` (
);
INSERT INTO `alf_content_url` (`id`, `content_url`, `content_size`, `orphan_time`) VALUES
(2,'store://a\'b''c\n',5,NULL),
(3,_binary 'x',0x3132,7);
CREATE TABLE `alf_transaction` (
);
INSERT INTO `alf_transaction` (`id`,`commit_time_ms`) VALUES (9,1795000000000);
DELIMITER ;;
INSERT INTO `alf_node` VALUES (1);;
DELIMITER ;
INSERT INTO `alf_tenant` (`content_root`) VALUES ('/srv/x'),('');
-- Dump completed on 2026-11-22
