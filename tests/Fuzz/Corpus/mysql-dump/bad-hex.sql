INSERT INTO `alf_node` (`id`) VALUES (0xZ);
