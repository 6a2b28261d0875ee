INSERT INTO `alf_node` VALUES (1);
