dist_man_MANS += \
  %D%/clientid-policy.7 \
  %D%/clientid.conf.5 \
  %D%/clientidctl.1
